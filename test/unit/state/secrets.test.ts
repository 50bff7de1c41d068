import { chmodSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import ssh2 from 'ssh2';
import { beforeEach, describe, expect, it } from 'vitest';
import { openSecrets, type Secrets } from '../../../src/state/secrets.ts';
import { temporaryFolders } from '../../support/temporary-folder.ts';

const newFolder = temporaryFolders();
let folder: string;
let secrets: Secrets;
beforeEach(() => {
  folder = join(newFolder(), 'zookeeper-default');
  secrets = openSecrets(folder, 'zookeeper-default');
});

function modeOf(path: string): number {
  return statSync(path).mode & 0o777;
}

describe("a cluster's key", { timeout: 60_000 }, () => {
  it('is made once and the same ever after', async () => {
    expect(await secrets.existingClusterKey()).toBeNull();
    expect(existsSync(folder)).toBe(false);
    const made = await secrets.clusterKey();
    expect(made.existed).toBe(false);
    const again = await openSecrets(folder, 'zookeeper-default').clusterKey();
    expect(again).toEqual({ ...made, existed: true });
    expect(await secrets.existingClusterKey()).toEqual(again);
  });

  it('is the same for all who ask at once, and made by one of them', async () => {
    const keys = await Promise.all(Array.from({ length: 8 }, () => secrets.clusterKey()));
    expect(new Set(keys.map(({ privateKey }) => privateKey)).size).toBe(1);
    expect(readdirSync(join(folder, 'secrets'))).toEqual(['id_ed25519']);
    expect(keys.filter(({ existed }) => !existed).length).toBeLessThanOrEqual(1);
  });

  it('is for its owner alone, even after its modes were lost', async () => {
    const { privateKeyFile } = await secrets.clusterKey();
    expect(modeOf(folder)).toBe(0o700);
    expect(modeOf(join(folder, 'secrets'))).toBe(0o700);
    expect(modeOf(privateKeyFile)).toBe(0o600);
    chmodSync(privateKeyFile, 0o644);
    await secrets.clusterKey();
    expect(modeOf(privateKeyFile)).toBe(0o600);
  });

  it('is one that ssh2 reads, and that signs what its public key verifies', async () => {
    const { privateKey, publicKey } = await secrets.clusterKey();
    const parsed = ssh2.utils.parseKey(privateKey);
    if (parsed instanceof Error) throw parsed;
    expect(publicKey).toMatch(/^ssh-ed25519 [A-Za-z0-9+/]{68} deployer:zookeeper-default$/);
    expect(parsed.getPublicSSH().toString('base64')).toBe(publicKey.split(' ')[1]);
    const message = Buffer.from('hello');
    const publicOnly = ssh2.utils.parseKey(publicKey);
    if (publicOnly instanceof Error) throw publicOnly;
    expect(publicOnly.verify(message, parsed.sign(message))).toBe(true);
  });

  it('that was cut anywhere is refused, and left as it is', async () => {
    const { privateKeyFile, privateKey } = await secrets.clusterKey();
    for (let length = 0; length < privateKey.trimEnd().length; length += 1) {
      writeFileSync(privateKeyFile, privateKey.slice(0, length));
      await expect(secrets.clusterKey()).rejects.toMatchObject({
        code: 'state-damaged',
        message: expect.stringContaining(privateKeyFile),
      });
      expect(readFileSync(privateKeyFile, 'utf8')).toBe(privateKey.slice(0, length));
    }
  });
});

describe('a secret that was only needed for a while', () => {
  it('is listed until it is dropped, which may be done again', async () => {
    expect(await secrets.names()).toEqual([]);
    await secrets.clusterKey();
    await secrets.value('host-key.a', () => 'secret');
    await secrets.value('host-key.b', () => 'secret');
    expect(await secrets.names()).toEqual(['host-key.a', 'host-key.b']);
    await secrets.drop('host-key.a');
    await secrets.drop('host-key.a');
    expect(await secrets.names()).toEqual(['host-key.b']);
    expect(await secrets.existingValue('host-key.a')).toBeNull();
  });
});
