import type { ClusterModel, Member } from './model.ts';
import { largestGrowth } from './quorum.ts';

/** What decides how far a cluster may grow at once. */
export interface Growing {
  readonly phases: ClusterModel['recipe']['phases'];
  /** How many nodes hold each role in the end. */
  readonly roleCounts: Readonly<Record<string, number>>;
  /** Members by service, of the services that were formed. */
  readonly formed: ReadonlyMap<string, readonly Member[]>;
  /** The machines that take part in the first formation, once that is settled. */
  readonly founders: readonly Member[] | null;
}

/**
 * How many nodes the cluster may have next on its way from `current` to `wanted`: all at once, unless a service needs a
 * quorum. Then those that hold data must be a majority of the new size by themselves. It is `current` while nodes that
 * were added have yet to join, and null when the cluster can never grow.
 */
export function nextSize(current: number, wanted: number, growing: Growing): number | null {
  const limits = growing.phases.flatMap(({ service, roles }) => {
    if (service?.quorum === undefined) return [];
    const voters = growing.formed.get(service.name) ?? growing.founders;
    if (voters === null) return [];
    const limit = largestGrowth(voters.length);
    const holders = Math.max(...roles.map((role) => growing.roleCounts[role] ?? 0));
    return holders > limit ? [limit] : [];
  });
  const size = Math.max(current, Math.min(wanted, ...limits));
  return size < wanted && largestGrowth(size) === size ? null : size;
}
