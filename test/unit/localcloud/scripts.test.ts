import { execFile, spawnSync } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const run = promisify(execFile);
const folder = resolve(import.meta.dirname, '../../../src/localcloud');
const hasShellcheck = spawnSync('shellcheck', ['--version']).status === 0;
const scripts = (await readdir(folder)).filter((name) => name.endsWith('.sh'));

test.runIf(hasShellcheck).each(scripts)('shellcheck has nothing to say about %s', async (name) => {
  await expect(run('shellcheck', ['--shell=sh', join(folder, name)])).resolves.toMatchObject({
    stdout: '',
  });
});

test.each(scripts)('%s parses as POSIX sh', async (name) => {
  await expect(run('sh', ['-n', join(folder, name)])).resolves.toMatchObject({ stderr: '' });
});
