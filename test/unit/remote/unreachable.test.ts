import { describe, expect, it } from 'vitest';
import { HandshakeFailed } from '../../../src/remote/handshake.ts';
import { unreachable } from '../../../src/remote/unreachable.ts';

const contact = { node: 'hello-1', address: '10.0.0.7', port: 22, username: 'admin' };

describe('the error for a node that was not reached', () => {
  it.each([
    ['ECONNREFUSED', 'port 22 refused connections'],
    ['silent', 'port 22 did not answer'],
    ['EHOSTUNREACH', 'no route to 10.0.0.7'],
    ['ENOTFOUND', 'the name 10.0.0.7 could not be resolved'],
    ['EPERM', 'no connection to port 22 (EPERM)'],
  ])('says what came of dialling: %s', (failure, words) => {
    expect(unreachable(contact, { stage: 'tcp', failure }, 59_700)).toMatchObject({
      code: 'ssh-unreachable',
      message: `hello-1 (10.0.0.7): ${words} for 60 s`,
      retryable: true,
    });
  });

  it.each([
    ['banner', false, '', 'no-ssh-banner', 'no ssh banner from port 22 (closed)'],
    ['banner', false, 'Go away', 'no-ssh-banner', 'no ssh banner from port 22 (Go away)'],
    ['kex', false, '', 'ssh-handshake-failed', 'ssh key exchange failed (closed)'],
    ['host-key', false, '', 'host-key-unverified', 'the host key could not be verified (closed)'],
    ['auth', true, '', 'authentication-refused', 'authentication refused for admin (closed)'],
    ['auth', false, '', 'authentication-refused', 'authentication of admin did not end (closed)'],
    ['auth', true, 'nologin', 'authentication-refused', 'the node is still booting (nologin)'],
  ] as const)(
    'names the stage %s (refused: %s, said: "%s")',
    (stage, refused, said, code, words) => {
      const failed = new HandshakeFailed(stage, 'closed', said, refused);
      const error = unreachable(contact, { stage: 'handshake', failed }, 5_000);
      expect(error).toMatchObject({ code, message: `hello-1 (10.0.0.7): ${words} for 5 s` });
      expect(error.hint).toBeDefined();
    },
  );
});
