// What `npm test` runs, on a fresh clone too, so it needs nothing but Node and npm: installs and builds what is stale,
// then every check and every test but the long ones, which `npm run test:long` runs (the argument `long`). A part that
// fails does not stop the others. The last line is `N passed, N failed`.
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';

const root = join(import.meta.dirname, '..');
const isLong = process.argv[2] === 'long';
const partTimeoutMs = (isLong ? 60 : 30) * 60_000;

/** @typedef {{name: string, passed: number, failed: number, skipped: string[], ms: number}} Outcome */

/** Runs a program with its output shown; resolves with its exit code, or null when it was killed or is not there. */
function run(file, args) {
  return new Promise((resolve) => {
    const child = spawn(file, args, {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
      signal: AbortSignal.timeout(partTimeoutMs),
    });
    child.on('error', (error) => {
      console.error(error.message);
      resolve(null);
    });
    child.on('close', resolve);
  });
}

const tool = (name) => join(root, 'node_modules', '.bin', name);

/** A part that is one check: it passes when the program ends well. */
function check(name, file, args) {
  return {
    name,
    async act() {
      const ok = (await run(file, args)) === 0;
      return { passed: ok ? 1 : 0, failed: ok ? 0 : 1, skipped: [] };
    },
  };
}

/** A part that counts as many checks as vitest ran tests. */
function tests(project) {
  return {
    name: project,
    async act() {
      const folder = await mkdtemp(join(tmpdir(), 'deployer-test-'));
      try {
        const report = join(folder, 'report.json');
        const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
        const code = await run(tool('vitest'), ['run', '--project', project, ...reporters]);
        return count(code, await readReport(report));
      } finally {
        await rm(folder, { recursive: true });
      }
    },
  };
}

async function readReport(path) {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch {
    return { testResults: [] };
  }
}

/** A file that could not run counts as failed, and so does a runner that fails though no test of it did. */
function count(code, report) {
  let passed = 0;
  let failed = 0;
  const skipped = [];
  for (const file of report.testResults) {
    const failedBefore = failed;
    for (const test of file.assertionResults) {
      if (test.status === 'passed') passed += 1;
      else if (test.status === 'failed') failed += 1;
      else skipped.push(`${relative(root, file.name)}: ${test.fullName}`);
    }
    if (file.status === 'failed' && failed === failedBefore) failed += 1;
  }
  if (code !== 0 && failed === 0) failed = 1;
  return { passed, failed, skipped };
}

/** npm writes its own lock file when an installation is complete. */
async function dependenciesAreStale() {
  try {
    const installed = await stat(join(root, 'node_modules', '.package-lock.json'));
    return (await stat(join(root, 'package-lock.json'))).mtimeMs > installed.mtimeMs;
  } catch {
    return true;
  }
}

function printTable(outcomes) {
  console.log('\npart          passed  failed  skipped     time');
  for (const { name, passed, failed, skipped, ms } of outcomes) {
    const numbers = [passed, failed, skipped.length].map((value) => String(value).padStart(6));
    const seconds = `${(ms / 1000).toFixed(1)}s`.padStart(7);
    console.log(`${name.padEnd(12)}  ${numbers.join('  ')}   ${seconds}`);
  }
  for (const name of outcomes.flatMap(({ skipped }) => skipped)) console.log(`skipped: ${name}`);
}

const usual = [
  check('biome', tool('biome'), ['check', '.']),
  check('types', tool('tsc'), ['-p', 'tsconfig.json']),
  check('knip', tool('knip'), []),
  tests('unit'),
  tests('contract'),
  tests('e2e'),
];

const parts = [
  ...((await dependenciesAreStale()) ? [check('install', 'npm', ['ci', '--include=dev'])] : []),
  check('build', 'npm', ['run', 'build']),
  ...(isLong ? [tests('long')] : usual),
];

/** @type {Outcome[]} */
const outcomes = [];
for (const { name, act } of parts) {
  console.log(`\n── ${name}`);
  const startedMs = performance.now();
  const result = await act();
  outcomes.push({ name, ...result, ms: performance.now() - startedMs });
}

printTable(outcomes);
const total = (key) => outcomes.reduce((sum, outcome) => sum + outcome[key], 0);
process.exitCode = total('failed') === 0 ? 0 : 1;
console.log(`\n${total('passed')} passed, ${total('failed')} failed`);
