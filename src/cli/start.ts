import { readFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { systemClock } from '../clock.ts';
import { exitCodes } from '../errors.ts';
import type { Emit } from '../events.ts';
import { guardStreams } from '../views/guard-streams.ts';
import { lazyActions } from './actions.ts';
import { writeCrashReport } from './crash-report.ts';
import { runProgram } from './run-program.ts';
import { stopSignal, stopSignals } from './stop-signals.ts';

/** The folder that holds package.json, recipes/ and the rest: two above this file, in `src/` and in `dist/` alike. */
const installation = fileURLToPath(new URL('../../', import.meta.url));

/**
 * Runs the command line of this process. The process ends by itself when all is written, with the exit code that is
 * set then; only a second signal and a crash end it at once.
 */
export async function start(): Promise<void> {
  guardStreams([process.stdout, process.stderr]);
  const version = readVersion();
  const crash = (error: unknown) => endAfterCrash(error, version);
  process.on('uncaughtException', crash);
  process.on('unhandledRejection', crash);

  const audience: { current: Emit | null } = { current: null };
  const signal = stopSignal(process, audience);
  const { stdin, stdout, stderr, env } = process;
  const cwd = process.cwd();
  const surroundings = { stdin, stdout, stderr, env, cwd, installation, version };
  const argv = process.argv.slice(2);
  try {
    process.exitCode = await runProgram(argv, {
      ...surroundings,
      clock: systemClock,
      actions: lazyActions,
      signal,
      audience,
    });
    // The work is done: from here on a signal ends the process as it ends any other.
    for (const each of stopSignals) process.removeAllListeners(each);
  } catch (error) {
    crash(error);
  }
}

function readVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  const description: { version: string } = JSON.parse(text);
  return description.version;
}

function endAfterCrash(error: unknown, version: string): void {
  const { argv, env, pid } = process;
  const message = error instanceof Error ? error.message : String(error);
  let where: string;
  try {
    const circumstances = { version, argv: argv.slice(2), env, now: Date.now(), pid };
    where = `a report was written to ${writeCrashReport(tmpdir(), error, circumstances)}`;
  } catch (unwritable) {
    where = `no report could be written: ${unwritable}`;
  }
  writeToStderr(
    `error: deployer itself failed: ${message}\n  ${where}\n  run the same command again to go on\n`,
  );
  process.exit(exitCodes.crash);
}

/** Writes at once, past any view that still holds the stream; a stream that is gone loses the text. */
function writeToStderr(text: string): void {
  try {
    writeSync(process.stderr.fd, text);
  } catch {
    // There is nobody left to tell.
  }
}
