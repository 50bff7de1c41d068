import type { ComponentPhase } from '../recipe/composition.ts';
import { largestGrowth } from './quorum.ts';

/** What decides how far a cluster may grow at once. */
export interface Growing {
  readonly phases: readonly ComponentPhase[];
  /** How many nodes hold each role in the end. */
  readonly roleCounts: Readonly<Record<string, number>>;
  /** How many members a service has, or its first formation; null where that has not begun. */
  readonly voters: (phase: ComponentPhase) => number | null;
}

/**
 * How many nodes the cluster may have next on its way from `current` to `wanted`: all at once, unless a service needs a
 * quorum among members that know each other by configuration only. Then those that hold data must be a majority of the
 * new size by themselves. It is `current` while nodes that were added have yet to join, and null when the cluster can
 * never grow.
 */
export function nextSize(current: number, wanted: number, growing: Growing): number | null {
  const limits = growing.phases.flatMap((phase) => {
    const { service, roles } = phase;
    if (service?.quorum === undefined || service.membership === 'dynamic') return [];
    const voters = growing.voters(phase);
    if (voters === null) return [];
    const limit = largestGrowth(voters);
    const holders = Math.max(...roles.map((role) => growing.roleCounts[role] ?? 0));
    return holders > limit ? [limit] : [];
  });
  const size = Math.max(current, Math.min(wanted, ...limits));
  return size < wanted && largestGrowth(size) === size ? null : size;
}
