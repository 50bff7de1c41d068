import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import ssh2 from 'ssh2';
import { beforeEach, describe, expect, it } from 'vitest';
import { DeployerError } from '../../../src/errors.ts';
import { type HostKeys, openHostKeys } from '../../../src/state/host-keys.ts';
import { generatePrivateKey, publicKeyLine } from '../../../src/state/openssh-key.ts';
import { temporaryFolders } from '../../support/temporary-folder.ts';

const newFolder = temporaryFolders();
let hostKeys: HostKeys;
beforeEach(() => {
  hostKeys = openHostKeys(join(newFolder(), 'zookeeper-default'));
});

function newKey() {
  const base64 = publicKeyLine(generatePrivateKey('test'), 'test')?.split(' ')[1] ?? '';
  return { type: 'ssh-ed25519', base64 } as const;
}

function put(text: string): void {
  mkdirSync(dirname(hostKeys.file), { recursive: true });
  writeFileSync(hostKeys.file, text);
}

describe('host keys', { timeout: 60_000 }, () => {
  it('are unknown, and leave no file, before one is pinned', async () => {
    expect(await hostKeys.pinned('i-1')).toBeNull();
    await hostKeys.forget('i-1');
    expect(existsSync(hostKeys.file)).toBe(false);
  });

  it('are kept in a file for their owner alone', async () => {
    const key = newKey();
    await hostKeys.pin('i-0c41', key);
    expect(await hostKeys.pinned('i-0c41')).toMatchObject(key);
    expect(statSync(hostKeys.file).mode & 0o777).toBe(0o600);
  });

  it('are all kept when many are pinned at once', async () => {
    const keys = Array.from({ length: 20 }, newKey);
    await Promise.all(keys.map((key, index) => hostKeys.pin(`i-${index}`, key)));
    for (const [index, key] of keys.entries()) {
      expect(await hostKeys.pinned(`i-${index}`)).toMatchObject(key);
    }
  });

  it('are never replaced: another key for the same machine is refused', async () => {
    const key = newKey();
    await hostKeys.pin('i-1', key);
    await hostKeys.pin('i-1', key);
    const before = readFileSync(hostKeys.file, 'utf8');
    await expect(hostKeys.pin('i-1', newKey())).rejects.toMatchObject({
      code: 'host-key-changed',
      message: expect.stringContaining((await hostKeys.pinned('i-1'))?.fingerprint ?? '?'),
    });
    expect(readFileSync(hostKeys.file, 'utf8')).toBe(before);
  });

  it('are forgotten one by one', async () => {
    await hostKeys.pin('i-1', newKey());
    await hostKeys.pin('i-2', newKey());
    await hostKeys.forget('i-1');
    expect(await hostKeys.pinned('i-1')).toBeNull();
    expect(await hostKeys.pinned('i-2')).not.toBeNull();
  });

  it('are two while a machine changes the one that its launch gave it', async () => {
    const [given, own] = [newKey(), newKey()];
    await hostKeys.pin('i-1', given, 'token-1');
    expect(await hostKeys.pinned('i-1')).toBeNull();
    expect(await hostKeys.accepted('i-1')).toMatchObject([{ ...given, launch: 'token-1' }]);
    await hostKeys.pinNext('i-1', own);
    await hostKeys.pinNext('i-1', own);
    await hostKeys.pin('i-1', given);
    expect(await hostKeys.accepted('i-1')).toMatchObject([given, { ...own, launch: null }]);
    expect(await hostKeys.pinned('i-1')).toMatchObject(own);
    await hostKeys.settle('i-1', own);
    expect(await hostKeys.accepted('i-1')).toMatchObject([own]);
  });

  it('tell which launches gave keys that are still right for some machine', async () => {
    const [given, own] = [newKey(), newKey()];
    await hostKeys.pin('i-1', given, 'token-1');
    await hostKeys.pin('i-2', given, 'token-1');
    await hostKeys.pinNext('i-1', own);
    await hostKeys.settle('i-1', own);
    expect(await hostKeys.launches()).toEqual(new Set(['token-1']));
    await hostKeys.forget('i-2');
    expect(await hostKeys.launches()).toEqual(new Set());
  });

  it('are also those of hosts on the way, by name or address and port', async () => {
    const key = newKey();
    for (const host of ['gate.example.org', '[gate]:2222', '::1', '[fd00::1]:2222']) {
      await hostKeys.pin(host, key);
      expect(await hostKeys.pinned(host)).toMatchObject(key);
    }
  });

  it("keep others' lines as they are", async () => {
    const rsa = `${ssh2.utils.generateKeyPairSync('rsa', { bits: 1024 }).public} by hand`;
    put(`# a comment\n\ni-9 ${rsa}\n`);
    await hostKeys.pin('i-1', newKey());
    expect(readFileSync(hostKeys.file, 'utf8')).toMatch(
      new RegExp(`^# a comment\n\ni-9 ${rsa.replaceAll('+', '\\+')}\ni-1 ssh-ed25519 `),
    );
  });

  it('refuse an instance id that would mean other hosts to OpenSSH, and what is no key', async () => {
    for (const id of ['*', 'i-1,i-2', '!i-1', '@revoked', 'a b', '|1|x', '']) {
      await expect(hostKeys.pin(id, newKey())).rejects.toThrow(TypeError);
    }
    await expect(hostKeys.pin('i-1', { type: 'ssh-ed25519', base64: 'AAAA' })).rejects.toThrow(
      TypeError,
    );
    expect(existsSync(hostKeys.file)).toBe(false);
  });

  it('are read or refused by name and line when the file was changed, never half read', async () => {
    await hostKeys.pin('i-1', newKey());
    const whole = readFileSync(hostKeys.file);
    const change = fc.tuple(fc.nat(whole.length - 1), fc.integer({ min: 0, max: 255 }));
    const property = fc.asyncProperty(change, async ([at, value]) => {
      const changed = Buffer.from(whole);
      changed[at] = value;
      put(changed.toString('latin1'));
      const found = await hostKeys.pinned('i-1').catch((error: unknown) => error);
      if (found instanceof Error) {
        expect(found).toBeInstanceOf(DeployerError);
        expect(found.message).toMatch(/known_hosts:\d/);
      }
    });
    await fc.assert(property, { numRuns: 300 });
  });
});
