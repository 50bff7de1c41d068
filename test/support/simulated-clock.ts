import type { Clock } from '../../src/clock.ts';

/** Time that passes only while everybody waits for it. */
export interface SimulatedClock extends Clock {
  /** Time stands still while this work is under way. */
  during<T>(work: () => Promise<T>): Promise<T>;
  /** The same time for whoever is part of such work: while it sleeps, time passes. */
  readonly inside: Clock;
  /** Lets this many milliseconds pass. */
  pass(ms: number): void;
}

interface Sleeper {
  readonly untilMs: number;
  wake(): void;
}

/** A clock that jumps to the next one to be woken as soon as no work is under way. */
export function simulatedClock(): SimulatedClock {
  const startMs = Date.UTC(2025, 0);
  let nowMs = 0;
  let busy = 0;
  let isTicking = false;
  const sleepers: Sleeper[] = [];
  const tick = () => {
    isTicking = false;
    if (sleepers.length === 0) return;
    if (busy === 0) {
      sleepers.sort((left, right) => left.untilMs - right.untilMs);
      const next = sleepers.shift();
      nowMs = Math.max(nowMs, next?.untilMs ?? 0);
      next?.wake();
    }
    start();
  };
  const start = () => {
    if (isTicking) return;
    isTicking = true;
    setImmediate(tick);
  };
  const sleep: Clock['sleep'] = (ms, signal) =>
    new Promise((resolve, reject) => {
      signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
      if (signal?.aborted === true) reject(signal.reason);
      sleepers.push({ untilMs: nowMs + ms, wake: resolve });
      start();
    });
  const clock = { now: () => startMs + nowMs, monotonicMs: () => Math.round(nowMs), sleep };
  return {
    ...clock,
    pass: (ms) => {
      nowMs += ms;
    },
    during: async (work) => {
      busy += 1;
      try {
        return await work();
      } finally {
        busy -= 1;
      }
    },
    inside: {
      ...clock,
      sleep: async (ms, signal) => {
        busy -= 1;
        try {
          await sleep(ms, signal);
        } finally {
          busy += 1;
        }
      },
    },
  };
}
