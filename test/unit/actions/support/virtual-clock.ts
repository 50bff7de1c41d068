import type { Clock } from '../../../../src/clock.ts';

/** A clock that stands while anything happens, and jumps to the next sleeper when all wait. */
export function virtualClock(): Clock {
  const sleepers = new Set<{ readonly atMs: number; readonly wake: () => void }>();
  let nowMs = 0;
  let isTicking = false;
  const tick = () => {
    const [next] = [...sleepers].toSorted((left, right) => left.atMs - right.atMs);
    isTicking = next !== undefined;
    if (next === undefined) return;
    nowMs = next.atMs;
    sleepers.delete(next);
    next.wake();
    setImmediate(tick);
  };
  return {
    now: () => nowMs,
    monotonicMs: () => nowMs,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted === true) {
          reject(signal.reason);
          return;
        }
        const onAbort = () => {
          sleepers.delete(sleeper);
          reject(signal?.reason);
        };
        const wake = () => {
          signal?.removeEventListener('abort', onAbort);
          resolve();
        };
        const sleeper = { atMs: nowMs + ms, wake };
        sleepers.add(sleeper);
        signal?.addEventListener('abort', onAbort, { once: true });
        if (!isTicking) setImmediate(tick);
        isTicking = true;
      }),
  };
}
