import type { Clock } from '../clock.ts';

/** How long some work may take, and who may end it before. */
export interface Deadline {
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  /** Makes the error of work that took too long. */
  overdue(): Error;
}

/**
 * What the work resolves to; its signal aborts when the outer one does or when the time is over.
 * @throws what `overdue` makes, once the work has ended after being aborted for its time.
 */
export async function withDeadline<T>(
  { clock, timeoutMs, signal, overdue }: Deadline,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const late = new AbortController();
  const finished = new AbortController();
  const timer = clock.sleep(timeoutMs, finished.signal).then(
    () => late.abort(overdue()),
    () => {},
  );
  try {
    return await work(AbortSignal.any([late.signal, ...(signal === undefined ? [] : [signal])]));
  } catch (error) {
    throw late.signal.aborted ? late.signal.reason : error;
  } finally {
    finished.abort();
    await timer;
  }
}
