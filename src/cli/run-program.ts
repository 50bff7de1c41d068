import { CommanderError } from 'commander';
import { DeployerError, exitCodes, UsageError } from '../errors.ts';
import { showsColor } from '../views/choose-view.ts';
import { errorToData, formatError } from '../views/format-error.ts';
import { normalizeArguments } from './normalize-arguments.ts';
import { buildProgram, grammarOf } from './program.ts';
import type { Session } from './session.ts';

/**
 * Carries out what the arguments (without node and the script) say, and resolves with the exit code. Errors meant for
 * the user have been told; others are thrown.
 */
export async function runProgram(argv: readonly string[], session: Session): Promise<number> {
  let code: number = exitCodes.done;
  const exitWith = (next: number) => {
    code = next;
  };
  const program = buildProgram(session, {
    exitWith,
    // Few ask; the others do without it.
    confirms: async (...asked) => (await import('./confirm.ts')).confirms(session, ...asked),
    run: async (flags, verb) => {
      // Help and version, which people wait for, do without the views.
      const { runVerb } = await import('./run-verb.ts');
      exitWith(await runVerb(session, flags, verb));
    },
  });
  try {
    const normalized = normalizeArguments(argv, grammarOf(program));
    await program.parseAsync(normalized, { from: 'user' });
    return code;
  } catch (thrown) {
    if (thrown instanceof CommanderError && hasBeenTold(thrown)) return exitCodeOf(thrown);
    const error = toKnownError(thrown, session.signal);
    if (!(error instanceof DeployerError)) throw error;
    tellError(error, argv, session);
    return error.exitCode;
  }
}

/** Help and version are told by commander itself. */
function hasBeenTold({ code }: CommanderError): boolean {
  return code.startsWith('commander.help') || code === 'commander.version';
}

function exitCodeOf({ exitCode }: CommanderError): number {
  return exitCode === 0 ? exitCodes.done : exitCodes.usage;
}

/** What Node throws when it sees the signal first is the user's wish too. */
function toKnownError(thrown: unknown, signal: AbortSignal): unknown {
  if (thrown instanceof CommanderError) return toUsageError(thrown);
  const isAbort = thrown instanceof Error && thrown.name === 'AbortError';
  return isAbort && signal.aborted ? signal.reason : thrown;
}

function toUsageError({ message, code }: CommanderError): UsageError {
  const [first = '', ...more] = message.replace(/^error: /, '').split('\n');
  const hint = more.length > 0 ? more.join('\n') : 'deployer --help shows how it is used';
  return new UsageError(
    code.replace('commander.', '').replace(/[A-Z]/g, '-$&').toLowerCase(),
    first,
    {
      hint,
    },
  );
}

/** Tells it where results are read: in the object on stdout, in a line among the events, or in words on stderr. */
function tellError(error: DeployerError, argv: readonly string[], session: Session): void {
  const { stdout, stderr, env } = session;
  const end = argv.indexOf('--');
  const options = new Set(end === -1 ? argv : argv.slice(0, end));
  const data = errorToData(error);
  if (options.has('--json')) {
    stdout.write(`${JSON.stringify({ version: 1, ok: false, error: data })}\n`);
  }
  if (options.has('--events')) {
    stderr.write(`${JSON.stringify({ type: 'error', error: data })}\n`);
  } else {
    const style = { color: showsColor(stderr, env), debug: options.has('--debug') };
    stderr.write(`${formatError(error, style)}\n`);
  }
}
