import { execFile } from 'node:child_process';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import ssh2 from 'ssh2';
import { expect, it } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { openClusterState } from '../../../src/state/cluster-state.ts';
import { temporaryFolders } from './support/temporary-folder.ts';

const newFolder = temporaryFolders();

/** A machine on loopback that lets in who has the key of this public line, and says hello. */
async function startMachine(hostKey: string, publicKey: string) {
  const server = new ssh2.Server({ hostKeys: [hostKey] }, (client) => {
    client.on('error', () => undefined);
    client.on('authentication', (attempt) => {
      const isOurs =
        attempt.method === 'publickey' &&
        attempt.key.data.toString('base64') === publicKey.split(' ')[1];
      if (isOurs) attempt.accept();
      else attempt.reject(['publickey']);
    });
    client.on('session', (accept) => {
      accept().on('exec', (acceptExec) => {
        const channel = acceptExec();
        channel.write('hello');
        channel.exit(0);
        channel.end();
      });
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { port, close: () => server.close() };
}

it('OpenSSH logs in with the cluster key to the machine that is pinned, and to no other', async () => {
  const root = newFolder();
  const state = openClusterState({ root, cluster: 'zookeeper-default', clock: systemClock });
  const { privateKeyFile, publicKey } = await state.secrets.clusterKey();
  const [ours, other] = [1, 2].map(() => ssh2.utils.generateKeyPairSync('ed25519'));
  if (ours === undefined || other === undefined) throw new Error('no host keys');
  const base64 = ours.public.split(' ')[1] ?? '';
  await state.hostKeys.pin('i-0c41', { type: 'ssh-ed25519', base64 });
  const logIn = async (hostKey: string) => {
    const machine = await startMachine(hostKey, publicKey);
    const options = [
      'BatchMode=yes',
      'IdentitiesOnly=yes',
      'StrictHostKeyChecking=yes',
      'HostKeyAlias=i-0c41',
      `UserKnownHostsFile=${state.hostKeys.file}`,
      'GlobalKnownHostsFile=/dev/null',
    ].flatMap((option) => ['-o', option]);
    const where = ['-i', privateKeyFile, '-p', String(machine.port), 'admin@127.0.0.1', 'greet'];
    try {
      return await promisify(execFile)('ssh', ['-F', 'none', ...options, ...where]);
    } finally {
      machine.close();
    }
  };
  expect((await logIn(ours.private)).stdout).toBe('hello');
  await expect(logIn(other.private)).rejects.toThrow('Host key verification failed');
}, 60_000);
