import type { ActionContext } from '../actions/context.ts';
import { isOk, resultData } from '../actions/result-data.ts';
import { type ExitCode, exitCodes } from '../errors.ts';
import { showsColor } from '../views/choose-view.ts';
import { secretAsker } from './ask-secret.ts';
import { openView, type Telling } from './open-view.ts';
import type { OutputFlags } from './options.ts';
import type { Session } from './session.ts';

/** What a command hands over once its flags have become a request. */
export interface Verb<Result extends object> {
  readonly operation: string;
  readonly telling: Telling;
  /** Stopping is how it ends, so there is nothing to explain. */
  readonly endsWhenStopped?: boolean;
  act(context: ActionContext): Promise<Result>;
  /** The lines for people, with or without colour; not asked for under `--json`. */
  print(result: Result, color: boolean): readonly string[];
  /** The exit code of a result that means more than done or failed; undefined for every other. */
  exitCode?(result: Result): ExitCode | undefined;
}

/**
 * Carries a verb out: opens the views, acts, closes them and prints the result. Resolves with the exit code: the verb's
 * own, or else 1 when the result says that it is not `ok`.
 */
export async function runVerb<Result extends object>(
  session: Session,
  flags: OutputFlags,
  verb: Verb<Result>,
): Promise<ExitCode> {
  const { stdout, env } = session;
  const result = await actInView(session, flags, verb);
  const lines =
    flags.json === true
      ? [JSON.stringify(resultData(verb.operation, result))]
      : verb.print(result, showsColor(stdout, env));
  stdout.write(lines.map((line) => `${line}\n`).join(''));
  return verb.exitCode?.(result) ?? (isOk(result) ? exitCodes.done : exitCodes.failed);
}

async function actInView<Result extends object>(
  session: Session,
  flags: OutputFlags,
  { telling, endsWhenStopped = false, act }: Verb<Result>,
): Promise<Result> {
  const { json = false, events = false, quiet = false } = flags;
  const view = await openView(session, { json, events, quiet }, telling);
  const { signal, clock, env, cwd, installation, audience } = session;
  const askSecret = secretAsker(session);
  const emit = view.handle;
  audience.current = endsWhenStopped ? null : emit;
  try {
    return await act({ emit, signal, clock, env, cwd, installation, askSecret });
  } finally {
    audience.current = null;
    await view.close();
  }
}
