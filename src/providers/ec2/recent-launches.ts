import type { Clock } from '../../clock.ts';
import type { Machine } from '../provider.ts';

/** How long a machine that was just launched may be missing from the cloud's answers, in milliseconds. */
const visibleWithinMs = 60_000;

/** What was launched lately: an answer that lacks it is only older than the launch. */
export interface RecentLaunches {
  add(uid: string, machines: readonly Machine[]): void;
  /** Machines whose end was asked for are not missed. */
  drop(ids: readonly string[]): void;
  /** What the cloud does not show yet, given the ids that it shows. */
  missingFrom(uid: string, shown: readonly string[]): readonly Machine[];
}

/** Remembers the launches of one process. */
export function createRecentLaunches(clock: Clock): RecentLaunches {
  const recent = new Map<string, { uid: string; machine: Machine; untilMs: number }>();
  return {
    add: (uid, machines) => {
      const untilMs = clock.monotonicMs() + visibleWithinMs;
      for (const machine of machines) recent.set(machine.id, { uid, machine, untilMs });
    },
    drop: (ids) => {
      for (const id of ids) recent.delete(id);
    },
    missingFrom: (uid, shown) => {
      // What was seen once and is missing now may really be gone: that is for whoever asks again to tell.
      for (const id of shown) recent.delete(id);
      const missing = [...recent.values()].filter(
        (entry) => entry.uid === uid && clock.monotonicMs() < entry.untilMs,
      );
      return missing.map(({ machine }) => machine);
    },
  };
}
