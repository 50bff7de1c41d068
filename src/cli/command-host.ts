import type { Command } from 'commander';
import type { Actions } from './actions.ts';
import type { OutputFlags } from './options.ts';
import type { Verb } from './run-verb.ts';
import type { Session } from './session.ts';

/** What a command is added to, and what it works with. */
export interface CommandHost {
  readonly program: Command;
  readonly actions: Actions;
  /** Tells how this program was called, for commands that people paste. */
  readonly env: Session['env'];
  /** Carries the verb out and remembers its exit code. */
  run<Result extends object>(flags: OutputFlags, verb: Verb<Result>): Promise<void>;
  /** Asks whoever sits at the terminal to type the word; false where nobody does. */
  confirms(question: string, word: string): Promise<boolean>;
  /** Makes `code` the exit code of the program. */
  exitWith(code: number): void;
}
