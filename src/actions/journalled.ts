import { Interrupted, toDeployerError } from '../errors.ts';
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
  const entry = await run.journal.begin(effect);
  try {
    const result = await work();
    await run.journal.end(entry, { ok: true });
    return result;
  } catch (error) {
    const { code, message, retryable } = toDeployerError(error);
    // A refusal is an outcome; after a failure that may be retried, or in the middle, the effect may still come about.
    const isOpen = retryable || error instanceof Interrupted;
    if (!isOpen) await run.journal.end(entry, { ok: false, detail: { code, message } });
    throw error;
  }
}
