import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const script = join(import.meta.dirname, '../../../scripts/test.mjs');

let root: string;

/** A clone whose tools are stand-ins: each does what the shell text says. */
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'deployer-test-script-')));
  for (const folder of ['scripts', 'bin', 'node_modules/.bin']) {
    mkdirSync(join(root, folder), { recursive: true });
  }
  copyFileSync(script, join(root, 'scripts/test.mjs'));
  writeFileSync(join(root, 'package-lock.json'), '');
  writeFileSync(join(root, 'node_modules/.package-lock.json'), '');
  addTool('bin/npm', 'exit 0');
  for (const tool of ['biome', 'tsc', 'knip']) addTool(`node_modules/.bin/${tool}`, 'exit 0');
  addVitest([{ statuses: ['passed', 'passed'] }], 0);
});

afterEach(() => rmSync(root, { recursive: true }));

function addTool(path: string, body: string): void {
  writeFileSync(join(root, path), `#!/bin/sh\n${body}\n`);
  chmodSync(join(root, path), 0o755);
}

/** A stand-in for vitest that reports these files for each of the three projects. */
function addVitest(files: readonly { statuses: string[]; failed?: boolean }[], code: number): void {
  const testResults = files.map(({ statuses, failed }) => ({
    name: join(root, 'a.test.ts'),
    status: failed === true ? 'failed' : 'passed',
    assertionResults: statuses.map((status) => ({ status, fullName: `it is ${status}` })),
  }));
  writeFileSync(join(root, 'report.json'), JSON.stringify({ testResults }));
  const report = `for a in "$@"; do case $a in --outputFile.json=*) cp '${root}/report.json' "\${a#*=}" ;; esac; done`;
  addTool('node_modules/.bin/vitest', `${report}\nexit ${code}`);
}

function runTests() {
  const path = [join(root, 'bin'), dirname(process.execPath), '/usr/bin', '/bin'].join(delimiter);
  const { status, stdout } = spawnSync(process.execPath, [join(root, 'scripts/test.mjs')], {
    encoding: 'utf8',
    env: { PATH: path },
    timeout: 20_000,
  });
  return { status, stdout, last: stdout.trimEnd().split('\n').at(-1) };
}

describe('npm test', () => {
  it('counts the build, each lint tool and every test', () => {
    expect(runTests()).toMatchObject({ status: 0, last: '10 passed, 0 failed' });
  });

  it('goes on after a part that fails', () => {
    addTool('bin/npm', 'exit 1');
    addTool('node_modules/.bin/knip', 'exit 1');

    expect(runTests()).toMatchObject({ status: 1, last: '8 passed, 2 failed' });
  });

  it('counts failed tests and says which were skipped', () => {
    addVitest([{ statuses: ['passed', 'failed', 'pending'], failed: true }], 1);
    const { status, stdout, last } = runTests();

    expect({ status, last }).toEqual({ status: 1, last: '7 passed, 3 failed' });
    expect(stdout).toContain('skipped: a.test.ts: it is pending');
  });

  it('counts a file that could not be loaded as failed', () => {
    addVitest([{ statuses: ['passed'] }, { statuses: [], failed: true }], 1);

    expect(runTests()).toMatchObject({ status: 1, last: '7 passed, 3 failed' });
  });

  it.each([
    ['crashes', 'kill -9 $$'],
    ['finds no tests', 'exit 1'],
  ])('counts a runner that %s as failed', (_, body) => {
    addTool('node_modules/.bin/vitest', body);

    expect(runTests()).toMatchObject({ status: 1, last: '4 passed, 3 failed' });
  });

  it('counts a tool that is not there as failed', () => {
    rmSync(join(root, 'node_modules/.bin/biome'));

    expect(runTests()).toMatchObject({ status: 1, last: '9 passed, 1 failed' });
  });

  it('installs first when nothing is installed', () => {
    rmSync(join(root, 'node_modules/.package-lock.json'));
    addTool('bin/npm', 'echo "npm $*"');
    const { stdout, last } = runTests();

    expect(stdout).toContain('npm ci --include=dev');
    expect(last).toBe('11 passed, 0 failed');
  });
});
