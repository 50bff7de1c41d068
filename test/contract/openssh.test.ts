import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import ssh2 from 'ssh2';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { generateHostKey } from '../../src/localcloud/host-key.ts';
import { openClusterState } from '../../src/state/cluster-state.ts';
import { openSecrets } from '../../src/state/secrets.ts';
import { canHaveMachines } from '../support/images.ts';
import { temporaryFolders } from '../support/temporary-folder.ts';
import { generateKey } from './support/sshd.ts';

const run = promisify(execFile);
const newFolder = temporaryFolders();

async function keygen(...args: readonly string[]): Promise<string> {
  return (await run('ssh-keygen', args)).stdout.trim();
}

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

describe.skipIf(!canHaveMachines)('OpenSSH', () => {
  // The comment's length decides how much padding a key has.
  it('derives the same public key from a cluster key, whatever the length of its comment', async () => {
    for (let length = 1; length <= 9; length += 1) {
      const name = 'n'.repeat(length);
      const { privateKeyFile, publicKey } = await openSecrets(
        join(newFolder(), name),
        name,
      ).clusterKey();
      expect(await keygen('-y', '-f', privateKeyFile)).toBe(publicKey);
    }
  });

  it('finds the public key and the fingerprint in the file of a host key', async () => {
    const file = join(newFolder(), 'key');
    for (const comment of ['', 'a', 'root@ip-10-64-0-2', 'root@ip-10-64-100-200']) {
      const key = generateHostKey(comment);
      await writeFile(file, key.privateKey, { mode: 0o600 });
      expect(await keygen('-y', '-f', file)).toBe(key.publicKey.trim());
      expect(await keygen('-l', '-f', file)).toContain(` ${key.fingerprint} `);
    }
  });

  it('finds a pinned host key under the instance id, with the same fingerprint', async () => {
    const { hostKeys } = stateIn(newFolder());
    await hostKeys.pin('i-0c41', { type: 'ssh-ed25519', base64: base64Of(generateKey()) });
    const found = await keygen('-l', '-F', 'i-0c41', '-f', hostKeys.file);
    expect(found).toContain((await hostKeys.pinned('i-0c41'))?.fingerprint);
  });

  it('logs in with the cluster key to the machine that is pinned, and to no other', async () => {
    const { hostKeys, secrets } = stateIn(newFolder());
    const { privateKeyFile, publicKey } = await secrets.clusterKey();
    const [ours, other] = [generateKey(), generateKey()];
    await hostKeys.pin('i-0c41', { type: 'ssh-ed25519', base64: base64Of(ours) });
    const logIn = async (hostKey: string) => {
      const machine = await startMachine(hostKey, publicKey);
      const options = [
        'BatchMode=yes',
        'IdentitiesOnly=yes',
        'StrictHostKeyChecking=yes',
        'HostKeyAlias=i-0c41',
        `UserKnownHostsFile=${hostKeys.file}`,
        'GlobalKnownHostsFile=/dev/null',
      ].flatMap((option) => ['-o', option]);
      const where = ['-i', privateKeyFile, '-p', String(machine.port), 'admin@127.0.0.1', 'greet'];
      try {
        return await run('ssh', ['-F', 'none', ...options, ...where]);
      } finally {
        machine.close();
      }
    };
    expect((await logIn(ours.private)).stdout).toBe('hello');
    await expect(logIn(other.private)).rejects.toThrow('Host key verification failed');
  });
});

function stateIn(root: string) {
  return openClusterState({ root, cluster: 'zookeeper-default', clock: systemClock });
}

function base64Of(key: { readonly public: string }): string {
  return key.public.split(' ')[1] ?? '';
}
