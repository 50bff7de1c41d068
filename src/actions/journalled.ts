import { Interrupted, toDeployerError } from '../errors.ts';
import type { JournalEntry } from '../state/journal.ts';
import type { Effect } from '../state/journal-line.ts';
import type { Run } from './run.ts';

/**
 * Does something outside that must not be forgotten: written down before it begins, and that it ended when it did.
 * An effect whose outcome nobody saw stays open, and the next run asks the cloud or the node what became of it.
 */
export async function journalled<T>(
  run: Pick<Run, 'journal'>,
  effect: Effect,
  work: () => Promise<T>,
): Promise<T> {
  return resume(run, await run.journal.begin(effect), work);
}

/** Goes on with an effect that was written down before; the same work may be done again. */
export async function resume<T>(
  { journal }: Pick<Run, 'journal'>,
  entry: JournalEntry,
  work: () => Promise<T>,
): Promise<T> {
  let result: T;
  try {
    result = await work();
  } catch (error) {
    const { code, message, retryable } = toDeployerError(error);
    // A refusal is an outcome; after a failure that may be retried, or in the middle, the effect may still come about.
    const isOpen = retryable || error instanceof Interrupted;
    if (!isOpen) await journal.end(entry, { ok: false, detail: { code, message } });
    throw error;
  }
  await journal.end(entry, { ok: true });
  return result;
}
