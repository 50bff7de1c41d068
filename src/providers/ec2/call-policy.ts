import type { Clock } from '../../clock.ts';
import { type CallPlace, failureOf, toApiError } from './api-error.ts';
import { backoffMs } from './backoff.ts';
import { limitsOf, resourcesOf } from './limits.ts';
import { createTokenBucket, type Limit, type TokenBucket } from './token-bucket.ts';

/** What calls depend on. */
export interface CallDeps {
  readonly clock: Clock;
  /** Ends waits between calls; a call that was sent is never cut short. */
  readonly signal?: AbortSignal;
  /** From 0 to 1; spreads those who try again at the same time. */
  readonly random?: () => number;
  /** Told when the cloud slows us down. */
  readonly onThrottle?: (text: string) => void;
}

/** Sends calls as fast as a cloud takes them, and again where that can do no harm. */
export interface CallPolicy {
  /** @throws {DeployerError} with EC2's own code, once trying again has not helped or may not be done */
  run<T>(action: string, input: object, send: () => Promise<T>): Promise<T>;
  /** How many calls were sent, by action. */
  counts(): ReadonlyMap<string, number>;
}

/** With its back-off this is about five minutes of refusals. */
const mostThrottles = 14;
const throttleBackoff = { firstMs: 1_000, mostMs: 30_000 };

const mostTransients = 4;
const transientBackoff = { firstMs: 500, mostMs: 5_000 };

/** A launch that nobody saw the end of is only sent again by who knows what makes it the same launch. */
const notRepeated: ReadonlySet<string> = new Set(['RunInstances']);

/** A policy with AWS's published limits, which are an account's: one for each client. */
export function createCallPolicy(
  place: Omit<CallPlace, 'hasAnswered'>,
  { clock, signal, random = Math.random, onThrottle }: CallDeps,
): CallPolicy {
  const counts = new Map<string, number>();
  const buckets = new Map<string, TokenBucket>();
  let hasAnswered = false;
  const bucket = (name: string, limit: Limit) => {
    const known = buckets.get(name) ?? createTokenBucket(limit, clock);
    buckets.set(name, known);
    return known;
  };
  const takeTokens = async (action: string, input: object) => {
    const { requests, resources } = limitsOf(action);
    const waits = [
      bucket(action, requests).reserve(1),
      ...(resources === undefined
        ? []
        : [bucket(`${action} resources`, resources).reserve(resourcesOf(input))]),
    ];
    const waitMs = Math.max(...waits);
    if (waitMs > 0) await clock.sleep(waitMs, signal);
  };
  const slowDown = (action: string) => {
    const slowed = bucket(action, limitsOf(action).requests);
    slowed.slowDown();
    onThrottle?.(`throttled by EC2, slowing ${action} to ${slowed.perSecond.toFixed(1)}/s`);
  };
  return {
    async run(action, input, send) {
      let throttles = 0;
      let transients = 0;
      while (true) {
        await takeTokens(action, input);
        try {
          counts.set(action, (counts.get(action) ?? 0) + 1);
          const answer = await send();
          hasAnswered = true;
          return answer;
        } catch (error) {
          const failure = failureOf(error);
          const failed = toApiError(action, error, { ...place, hasAnswered });
          if (failure === 'throttled' && throttles < mostThrottles) {
            slowDown(action);
            await clock.sleep(backoffMs(throttles, throttleBackoff, random), signal);
            throttles += 1;
          } else if (
            failure === 'transient' &&
            transients < mostTransients &&
            !notRepeated.has(action)
          ) {
            await clock.sleep(backoffMs(transients, transientBackoff, random), signal);
            transients += 1;
          } else {
            throw failed;
          }
        }
      }
    },
    counts: () => counts,
  };
}
