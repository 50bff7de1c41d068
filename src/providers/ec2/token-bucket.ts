import type { Clock } from '../../clock.ts';

/** How many calls a cloud lets through: `size` at once, then `perSecond`. */
export interface Limit {
  readonly size: number;
  readonly perSecond: number;
}

/** Lets calls through no faster than a cloud takes them. */
export interface TokenBucket {
  /** How many tokens a second there are now. */
  readonly perSecond: number;
  /** How long whoever takes `count` tokens now has to wait, in milliseconds; the tokens are theirs. */
  reserve(count: number): number;
  /** The cloud refused all the same: half as fast from now on, and back to normal step by step. */
  slowDown(): void;
}

/** How long a rate holds before it is doubled again, in milliseconds. */
const recoveryMs = 10_000;

/** However often it is refused, at least this share of the usual rate stays. */
const slowest = 1 / 32;

/** A full bucket. Tokens can be owed: who comes later waits for those before. */
export function createTokenBucket(limit: Limit, clock: Clock): TokenBucket {
  let tokens = limit.size;
  let share = 1;
  let refilledMs = clock.monotonicMs();
  let slowedMs = refilledMs;
  const rate = () => limit.perSecond * share;
  const refill = () => {
    const now = clock.monotonicMs();
    tokens = Math.min(limit.size, tokens + ((now - refilledMs) / 1_000) * rate());
    refilledMs = now;
    while (share < 1 && now - slowedMs >= recoveryMs) {
      share = Math.min(1, share * 2);
      slowedMs += recoveryMs;
    }
  };
  return {
    get perSecond() {
      refill();
      return rate();
    },
    reserve(count) {
      refill();
      tokens -= Math.min(count, limit.size);
      return tokens >= 0 ? 0 : Math.ceil((-tokens / rate()) * 1_000);
    },
    slowDown() {
      refill();
      share = Math.max(slowest, share / 2);
      slowedMs = clock.monotonicMs();
      tokens = Math.min(tokens, 0);
    },
  };
}
