import type { Clock } from '../clock.ts';
import { DeployerError } from '../errors.ts';

const firstPauseMs = 50;
const longestPauseMs = 2_000;

/** How long a node may be out of reach in the middle of an exchange; a reboot fits in. */
const outOfReachMs = 120_000;

/** Bounds how long an exchange goes on without hearing anything from its node. */
export interface Patience {
  /** Call when the node said something: the time starts anew. */
  renew(): void;
  /** Pauses before the next try, longer each time; @throws what it is given when the time is over or no retry helps. */
  pause(error: unknown): Promise<void>;
}

/** A {@link Patience} that starts now. */
export function createPatience(clock: Clock, signal: AbortSignal | undefined): Patience {
  let since = clock.monotonicMs();
  let pauseMs = firstPauseMs;
  return {
    renew() {
      since = clock.monotonicMs();
      pauseMs = firstPauseMs;
    },
    async pause(error) {
      if (signal?.aborted === true) throw signal.reason;
      const hopeless = !(error instanceof DeployerError && error.retryable);
      if (hopeless || clock.monotonicMs() - since > outOfReachMs) throw error;
      await clock.sleep(pauseMs, signal);
      pauseMs = Math.min(2 * pauseMs, longestPauseMs);
    },
  };
}
