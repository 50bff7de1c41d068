import { expect, test } from 'vitest';
import { generateHostKey } from '../../../src/localcloud/host-key.ts';
import { withoutLoopback } from '../../../src/localcloud/seed.ts';
import { readUserData } from '../../../src/localcloud/user-data.ts';

const loginKeysOf = (text: string) => readUserData(text).loginKeys;

test('a cloud-config names keys to let in, each on one line', () => {
  const config = JSON.stringify({
    ssh_authorized_keys: ['ssh-ed25519 AAAA a', 'ssh-rsa BBBB\nssh-rsa CCCC'],
  });
  expect(loginKeysOf(`#cloud-config\n${config}`)).toEqual([
    'ssh-ed25519 AAAA a',
    'ssh-rsa BBBB ssh-rsa CCCC',
  ]);
});

test('a cloud-config may be written as any YAML', () => {
  const config =
    '#cloud-config\nhostname: other\nssh_authorized_keys:\n  - ssh-ed25519 AAAA a # mine\n';
  expect(loginKeysOf(config)).toEqual(['ssh-ed25519 AAAA a']);
});

test('user data of another kind asks for no keys', () => {
  expect(loginKeysOf('')).toEqual([]);
  expect(loginKeysOf('#!/bin/sh\nssh_authorized_keys')).toEqual([]);
});

test('a cloud-config that cannot be read is refused rather than ignored', () => {
  expect(() => loginKeysOf('#cloud-config\nssh_authorized_keys: [')).toThrow(/not YAML/);
});

test('a cloud-config may bring the host key of the machine', () => {
  const key = generateHostKey('root@host');
  const config = {
    ssh_deletekeys: true,
    ssh_keys: { ed25519_private: key.privateKey, ed25519_public: `${key.publicKey}\n` },
  };
  expect(readUserData(`#cloud-config\n${JSON.stringify(config)}`)).toEqual({
    loginKeys: [],
    hostKey: { privateKey: key.privateKey, publicKey: key.publicKey },
  });
  const other = { ssh_keys: { ed25519_private: 'x', ed25519_public: 'ssh-rsa AAAA' } };
  expect(() => readUserData(`#cloud-config\n${JSON.stringify(other)}`)).toThrow(/no ed25519 key/);
});

test('a machine gets no name server that only the host can reach', () => {
  expect(
    withoutLoopback(
      'search a.example\nnameserver 127.0.0.53\nnameserver 192.0.2.1\nnameserver ::1\n',
    ),
  ).toBe('search a.example\nnameserver 192.0.2.1\n');
});
