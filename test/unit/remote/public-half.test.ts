import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { publicHalf } from '../../../src/remote/public-half.ts';
import { generatePrivateKey, publicKeyLine } from '../../../src/state/openssh-key.ts';
import { temporaryFolders } from '../../support/temporary-folder.ts';

const newFolder = temporaryFolders();

describe('publicHalf', () => {
  it('is the public key of a private one', () => {
    const key = generatePrivateKey('test');

    expect(publicHalf(key)?.toString('base64')).toBe(publicKeyLine(key, '')?.split(' ')[1]);
  });

  it('needs no passphrase', () => {
    const file = join(newFolder(), 'key');
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', 'secret', '-f', file]);
    const [, base64] = readFileSync(`${file}.pub`, 'utf8').split(' ');

    expect(publicHalf(readFileSync(file, 'utf8'))?.toString('base64')).toBe(base64);
  });

  it('is nothing of any text that is cut or no such key', () => {
    const key = generatePrivateKey('test');
    const lines = key.trim().split('\n');
    fc.assert(
      fc.property(fc.nat(lines.length - 1), fc.base64String(), (at, noise) => {
        const cut = [lines[0], ...lines.slice(1, -1).slice(0, at), noise, lines.at(-1)].join('\n');
        expect(() => publicHalf(cut)).not.toThrow();
      }),
    );
    expect(publicHalf('')).toBeUndefined();
    expect(
      publicHalf('-----BEGIN RSA PRIVATE KEY-----\n-----END RSA PRIVATE KEY-----'),
    ).toBeUndefined();
  });
});
