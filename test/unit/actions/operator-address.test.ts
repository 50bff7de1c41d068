import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { operatorNetwork } from '../../../src/actions/operator-address.ts';
import type { Credentials } from '../../../src/config/profile.ts';

const none = undefined;
const context = { env: {}, signal: new AbortController().signal };

function ec2At(endpoint: string): Credentials {
  return {
    ...{ kind: 'ec2', name: 'own', region: none, endpoint, account: none, awsProfile: none },
    ...{ accessKey: none, secretKey: none, sessionToken: none },
  };
}

test('a cloud of one’s own sees the address from which its endpoint is reached', async () => {
  const server = createServer((socket) => socket.destroy());
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  try {
    const { port } = server.address() as AddressInfo;
    expect(await operatorNetwork(ec2At(`http://127.0.0.1:${port}/`), context)).toBe('127.0.0.1/32');
  } finally {
    server.close();
  }
});

test('an endpoint that is not there leaves it unknown, and the error says what to write', async () => {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  await expect(operatorNetwork(ec2At(`http://127.0.0.1:${port}/`), context)).rejects.toMatchObject({
    code: 'own-address-unknown',
    hint: 'Write it into the profile: network: {sshFrom: 203.0.113.7/32}.',
  });
});

test('the cloud on this computer sees this computer', async () => {
  expect(await operatorNetwork({ kind: 'local', name: 'local' }, context)).toBe('127.0.0.1/32');
});
