import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { livingMachines, nameOf } from './support/ground-truth.ts';
import {
  type Outcome,
  programWords,
  resultOf,
  runUnheard,
  startCommand,
} from './support/program.ts';
import { CreateResultSchema } from './support/results.ts';
import { openWorkspace, type Workspace } from './support/workspace.ts';

let workspace: Workspace;
let made: Outcome;
beforeAll(async () => {
  workspace = await openWorkspace();
  made = await onTerminal({ columns: 40 }, ['hello', '-n', '2']);
});
afterAll(async () => workspace[Symbol.asyncDispose]());

/** Runs the program on a terminal of this width; all that appears there is in `stdout`. */
function onTerminal({ columns }: { columns: number }, args: readonly string[]): Promise<Outcome> {
  const words = programWords(args).map((word) => `'${word}'`);
  const command = `stty cols ${columns} rows 24; exec ${words.join(' ')}`;
  const { folder: cwd, env } = workspace;
  const typescript = ['--quiet', '--return', '--command', command, '/dev/null'];
  return startCommand(['script', ...typescript], { cwd, env: { ...env, TERM: 'xterm' } }).ended;
}

/** What a create that has nothing to do must have told, whatever the conditions. */
function expectTheSameResult(outcome: Outcome): void {
  const { changed, ok, cluster, nodes } = resultOf(outcome, CreateResultSchema);
  expect(outcome.code).toBe(0);
  expect({ changed, ok, cluster }).toEqual({ changed: false, ok: true, cluster: 'hello-default' });
  expect(nodes.map(({ name }) => name)).toEqual(['hello-default-1', 'hello-default-2']);
}

const escapeSequence = String.fromCharCode(0x1b);

describe('the output of deployer', () => {
  it('fits a narrow terminal while a cluster is made there', async () => {
    expect(made.code).toBe(0);
    expect((await livingMachines(workspace)).map(nameOf)).toEqual([
      'hello-default-1',
      'hello-default-2',
    ]);
    expect(made.stdout).toContain('ready in');
  });

  it.for([
    ['without a terminal', {}],
    ['with NO_COLOR', { NO_COLOR: '1' }],
    ['on a dumb terminal', { TERM: 'dumb' }],
    ['in 40 columns', { COLUMNS: '40' }],
    ['in a locale without UTF-8', { LC_ALL: 'C', LANG: 'C' }],
  ] as const)('%s is the same result, one JSON object', async ([, env]) => {
    const outcome = await workspace.run(['hello', '--json'], env);

    expectTheSameResult(outcome);
    expect(outcome.stderr).not.toContain(escapeSequence);
  });

  it.for([
    ['NO_COLOR', { NO_COLOR: '1' }],
    ['a dumb terminal', { TERM: 'dumb' }],
  ] as const)('has no colour under %s', async ([, env]) => {
    const words = ['env', ...Object.entries(env).map(([name, value]) => `${name}=${value}`)];
    const command = [...words, ...programWords(['status', 'hello'])].join(' ');
    const { folder: cwd, env: own } = workspace;
    const typescript = ['--quiet', '--return', '--command', command, '/dev/null'];

    const outcome = await startCommand(['script', ...typescript], { cwd, env: own }).ended;

    expect(outcome.code).toBe(0);
    expect(outcome.stdout).toContain('hello-default-2');
    expect(outcome.stdout).not.toContain(`${escapeSequence}[3`);
  });

  it('may be closed before it is read', async () => {
    const { folder: cwd, env } = workspace;

    for (const args of [['hello'], ['status', 'hello'], ['hello', '--json']]) {
      const outcome = await runUnheard(programWords(args), { cwd, env });

      expect(outcome.code, outcome.stderr).toBe(0);
      expect(outcome.stderr).not.toContain('EPIPE');
    }
  });

  it('is nothing but the result with -q', async () => {
    const outcome = await workspace.run(['hello', '-q']);

    expect(outcome.code).toBe(0);
    expect(outcome.stdout).toContain('ready in');
    expect(outcome.stderr).toBe('');
  });

  it('tells results on stdout and everything else on stderr', async () => {
    const outcome = await workspace.run(['hello']);

    expect(outcome.code).toBe(0);
    expect(outcome.stdout).toMatch(/^ready in/);
    expect(outcome.stderr).toContain('hello-default');
  });

  it('is lines of JSON on stderr with --events', async () => {
    const outcome = await workspace.run(['hello', '--json', '--events']);

    expectTheSameResult(outcome);
    const lines = outcome.stderr.trimEnd().split('\n');
    const events = lines.map((line) => z.object({ type: z.string() }).parse(JSON.parse(line)));
    const types = events.map(({ type }) => type);
    expect(types).toContain('plan-made');
    expect(types).toContain('proof-ended');
    expect(types.at(0)).toBe('run-started');
    expect(types.at(-1)).toBe('run-ended');
  });
});
