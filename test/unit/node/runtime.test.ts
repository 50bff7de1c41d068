import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { execLine } from '../../../src/node/exec-line.ts';
import {
  applyRuntime,
  checkRuntime,
  hostKeyRuntime,
  hostRuntime,
  runtimeFile,
} from '../../../src/node/runtime.ts';

const folder = new URL('../../../src/node/runtime/', import.meta.url);
const has = (program: string) => spawnSync(program, ['--version']).error === undefined;

test.skipIf(!has('shellcheck'))('shellcheck finds nothing in the runtime', () => {
  // What one file sets another one uses, so that rule (SC2034, SC2154) is left to the check of the whole below.
  const files = readdirSync(folder);
  const { stdout } = spawnSync('shellcheck', ['-s', 'sh', '-e', 'SC2034,SC2154', ...files], {
    cwd: folder,
  });
  expect(stdout.toString()).toBe('');
});

test.skipIf(!has('shellcheck')).each([
  ['apply', applyRuntime],
  ['check', checkRuntime],
  ['host', hostRuntime],
  ['host key', hostKeyRuntime],
])('no name of the %s runtime is misspelt', { timeout: 60_000 }, (_, input) => {
  const { stdout } = spawnSync('shellcheck', ['-s', 'sh', '-i', 'SC2154', '-'], { input });
  expect(stdout.toString()).toBe('');
});

test('the command line holds nothing that a login shell would change', () => {
  const line = execLine('enter', ['run-1', '0', '1', 'aa', 'bb'], { sudo: true });
  expect(line).toMatch(
    /^exec sudo -n env -i PATH=\S+ HOME=\/root LC_ALL=C sh -c '[^'\\!\n]+' deployer run-1 0 1 aa bb$/,
  );
  expect(line.length).toBeLessThan(2048);
});

test.each(['dash', 'bash', 'zsh', 'fish', 'tcsh'].filter(has))(
  '%s passes the command line on as it is',
  (shell) => {
    const line = execLine('ask', ['aa', 'bb']);
    const { stdout } = spawnSync(shell, ['-c', line], { input: 'no gzip' });
    expect(stdout.toString()).toBe('@aabb refused\n');
  },
);

test('comments do not travel', () => {
  expect(runtimeFile('prelude')).not.toMatch(/^\s*#/m);
});
