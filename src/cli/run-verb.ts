import type { ActionContext } from '../actions/context.ts';
import { type ExitCode, exitCodes } from '../errors.ts';
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
  /** The lines for people; not asked for under `--json`. */
  print(result: Result): readonly string[];
}

/**
 * Carries a verb out: opens the views, acts, closes them and prints the result. Resolves with 1 when the result says
 * that it is not `ok`.
 */
export async function runVerb<Result extends object>(
  session: Session,
  flags: OutputFlags,
  verb: Verb<Result>,
): Promise<ExitCode> {
  const result = await actInView(session, flags, verb);
  const ok = !('ok' in result) || result.ok === true;
  if (flags.json === true) {
    const { operation } = verb;
    session.stdout.write(`${JSON.stringify({ version: 1, operation, ok, ...result })}\n`);
  } else {
    session.stdout.write(
      verb
        .print(result)
        .map((line) => `${line}\n`)
        .join(''),
    );
  }
  return ok ? exitCodes.done : exitCodes.failed;
}

async function actInView<Result extends object>(
  session: Session,
  flags: OutputFlags,
  { telling, endsWhenStopped = false, act }: Verb<Result>,
): Promise<Result> {
  const { json = false, events = false, quiet = false } = flags;
  const view = await openView(session, { json, events, quiet }, telling);
  const { signal, clock, env, cwd, installation, audience } = session;
  const emit = view.handle;
  audience.current = endsWhenStopped ? null : emit;
  try {
    return await act({ emit, signal, clock, env, cwd, installation });
  } finally {
    audience.current = null;
    await view.close();
  }
}
