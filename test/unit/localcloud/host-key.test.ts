import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { generateHostKey } from '../../../src/localcloud/host-key.ts';

const run = promisify(execFile);

test('ssh-keygen finds the public key and the fingerprint in the private key’s file', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'host-key-'));
  try {
    const file = join(folder, 'key');
    // The comment's length decides how much padding the file has.
    for (const comment of ['', 'a', 'root@ip-10-64-0-2', 'root@ip-10-64-100-200']) {
      const key = generateHostKey(comment);
      await writeFile(file, key.privateKey, { mode: 0o600 });
      expect((await run('ssh-keygen', ['-y', '-f', file])).stdout.trim()).toBe(
        key.publicKey.trim(),
      );
      expect((await run('ssh-keygen', ['-l', '-f', file])).stdout).toContain(
        ` ${key.fingerprint} `,
      );
    }
  } finally {
    await rm(folder, { recursive: true });
  }
});
