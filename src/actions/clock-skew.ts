import type { ActionContext } from './context.ts';

/** How far the clocks of two nodes may be apart, in milliseconds, before it is worth a word. */
const tolerableMs = 1_000;

/** How a node's clock stands against this computer's, in milliseconds. */
export interface ClockReading {
  /** The node's name. */
  readonly node: string;
  /** By how much it is ahead at least, and at most: it was read at some time during an exchange. */
  readonly earliestMs: number;
  readonly latestMs: number;
}

/** How a node's clock stands that said `clockMs` in an exchange between these two times of this computer's clock. */
export function clockReading(
  node: string,
  clockMs: number,
  [beganMs, endedMs]: readonly [number, number],
): ClockReading {
  return { node, earliestMs: clockMs - endedMs, latestMs: clockMs - beganMs };
}

/**
 * Warns when the clocks of two nodes are certainly further apart than is good for systems that order writes by time. How
 * this computer's own clock goes does not matter.
 */
export function tellOfClocks(
  readings: readonly ClockReading[],
  { emit }: Pick<ActionContext, 'emit'>,
): void {
  const ahead = readings.toSorted((left, right) => right.earliestMs - left.earliestMs)[0];
  const behind = readings.toSorted((left, right) => left.latestMs - right.latestMs)[0];
  if (ahead === undefined || behind === undefined) return;
  const apartMs = ahead.earliestMs - behind.latestMs;
  if (apartMs <= tolerableMs) return;
  const seconds = (apartMs / 1_000).toFixed(1);
  emit({
    type: 'notice',
    level: 'warning',
    message: `the clock of ${ahead.node} is at least ${seconds} s ahead of that of ${behind.node}`,
    hint: 'Keep them in step with a time service, such as chrony or systemd-timesyncd: where the latest write wins, the clocks decide which one that is.',
  });
}
