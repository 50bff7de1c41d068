import { expect, test } from 'vitest';
import { readSecret } from '../../../src/config/read-secret.ts';
import type { SecretRef } from '../../../src/config/schema.ts';
import { folderWith } from '../recipe/recipe-folder.ts';

async function read(ref: SecretRef): Promise<string> {
  const folder = await folderWith({ 'key.txt': 'from-file\n', empty: '' });
  return readSecret(ref, {
    env: { KEY: 'from-env', PATH: process.env['PATH'] },
    folder,
    signal: AbortSignal.timeout(10_000),
  });
}

test.each<[SecretRef, string]>([
  [{ env: 'KEY' }, 'from-env'],
  [{ file: 'key.txt' }, 'from-file'],
  [{ command: 'cat key.txt | tr a-z A-Z' }, 'FROM-FILE'],
])('%j is read when it is needed', async (ref, secret) => {
  expect(await read(ref)).toBe(secret);
});

test.each<[SecretRef, string]>([
  [{ env: 'NOT_SET' }, 'from the environment variable NOT_SET: it is empty'],
  [{ file: 'missing' }, 'from the file missing: it cannot be read'],
  [{ file: 'empty' }, 'from the file empty: it is empty'],
  [{ command: 'echo hunter2; exit 1' }, 'from a command: the command failed'],
])('%j gives no secret, and says why without its output', async (ref, reason) => {
  const error: unknown = await read(ref).catch((caught) => caught);
  expect(error).toMatchObject({ code: 'no-secret', message: `there is no secret ${reason}` });
  expect(JSON.stringify(error)).not.toContain('hunter2');
});
