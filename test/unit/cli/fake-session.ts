import { PassThrough } from 'node:stream';
import { type Actions, lazyActions } from '../../../src/cli/actions.ts';
import { runProgram } from '../../../src/cli/run-program.ts';
import type { Session } from '../../../src/cli/session.ts';
import { systemClock } from '../../../src/clock.ts';

/** What one run of the command line has left behind. */
export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command line with these actions in place of the real ones, its streams being no terminals. */
export async function run(
  argv: readonly string[],
  actions: Partial<Actions> = {},
  given: Partial<Session> = {},
): Promise<Ran> {
  const [stdout, stderr] = [collector(), collector()];
  const code = await runProgram(argv, {
    actions: { ...lazyActions, ...actions },
    version: '1.2.3',
    stdin: process.stdin,
    stdout: stdout.stream,
    stderr: stderr.stream,
    env: {},
    cwd: '/',
    installation: '/',
    clock: systemClock,
    signal: new AbortController().signal,
    audience: { current: null },
    ...given,
  });
  return { code, stdout: stdout.text(), stderr: stderr.text() };
}

function collector() {
  const chunks: string[] = [];
  const stream = new PassThrough().setEncoding('utf8').on('data', (chunk) => chunks.push(chunk));
  // Only what a stream that is no terminal has is ever used.
  return { stream: stream as unknown as NodeJS.WriteStream, text: () => chunks.join('') };
}
