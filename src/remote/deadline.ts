import type { Clock } from '../clock.ts';

/** A time limit and the caller's own signal as one signal. */
export interface Deadline {
  /** Aborts when the time is over, or with the reason of the caller's signal. */
  readonly signal: AbortSignal;
  /** True when it was the time that ran out. */
  readonly expired: boolean;
  readonly remainingMs: number;
  /** Lets go of the timer and of the caller's signal. */
  clear(): void;
}

/** A deadline `timeoutMs` from now; whoever starts it clears it. */
export function startDeadline(timeoutMs: number, clock: Clock, outer?: AbortSignal): Deadline {
  const until = clock.monotonicMs() + timeoutMs;
  const inner = new AbortController();
  const timer = new AbortController();
  let expired = false;
  const expire = () => {
    expired = true;
    inner.abort(new Error(`not done within ${timeoutMs} ms`));
  };
  const onAbort = () => inner.abort(outer?.reason);
  if (outer?.aborted === true) onAbort();
  outer?.addEventListener('abort', onAbort, { once: true });
  clock.sleep(timeoutMs, timer.signal).then(expire, () => {});
  return {
    signal: inner.signal,
    get expired() {
      return expired;
    },
    get remainingMs() {
      return Math.max(0, until - clock.monotonicMs());
    },
    clear: () => {
      timer.abort();
      outer?.removeEventListener('abort', onAbort);
    },
  };
}

/** The promise's outcome, or the signal's reason as soon as it aborts; the promise itself goes on. */
export function orAbort<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
