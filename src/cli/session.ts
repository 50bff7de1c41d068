import type { ActionContext } from '../actions/context.ts';
import type { Emit } from '../events.ts';
import type { Actions } from './actions.ts';

/** All that one run of the command line gets from the process around it. */
export interface Session extends Omit<ActionContext, 'emit'> {
  readonly actions: Actions;
  readonly version: string;
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  /** Whoever wants to tell the user something while a verb is at work sends it here; null when none is. */
  readonly audience: { current: Emit | null };
}
