import { isRefusedWith } from './api-error.ts';
import { backoffMs } from './backoff.ts';
import type { Ec2Api } from './ec2-api.ts';

/** How long what was just made may be unknown to a cloud, in milliseconds. */
const visibleWithinMs = 60_000;

/** Does what needs things that were just made: a cloud that does not see them yet is asked again for a while. */
export async function onceVisible<T>(
  { deps: { clock, signal, random = Math.random } }: Ec2Api,
  codes: readonly string[],
  work: () => Promise<T>,
): Promise<T> {
  const deadline = clock.monotonicMs() + visibleWithinMs;
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (!isRefusedWith(error, ...codes) || clock.monotonicMs() >= deadline) throw error;
      await clock.sleep(backoffMs(attempt, { firstMs: 500, mostMs: 8_000 }, random), signal);
    }
  }
}

/** Does what removes or undoes something; that it is not there any more is as good. */
export async function unlessGone(
  codes: readonly string[],
  work: () => Promise<unknown>,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!isRefusedWith(error, ...codes)) throw error;
  }
}
