import type { Profile } from '../config/profile.ts';
import { UsageError } from '../errors.ts';
import type { MachineChange } from '../plan/machines.ts';
import type { Network, Pool } from '../providers/provider.ts';

/** Machines that differ in nothing but their ordinals, and from what they may be taken. */
export interface LaunchGroup {
  readonly incarnation: number;
  readonly ordinals: readonly number[];
  /** In the order in which they are tried: a node leaves its own zone only when no type is to be had there. */
  readonly pools: readonly Pool[];
}

type Choices = Pick<Profile, 'zones' | 'instanceTypes' | 'markets'>;

/**
 * The fewest launches that give the wished machines: one for all that are alike. Nodes are spread over the zones by
 * their ordinals, so that a zone that fails takes as few members of an ensemble with it as can be.
 * @throws {UsageError} `no-subnet` when a zone has none of the subnets that are to be used
 */
export function launchGroups(
  changes: readonly Pick<MachineChange, 'ordinal' | 'incarnation'>[],
  profile: Choices,
  { subnets }: Network,
): readonly LaunchGroup[] {
  const zones = profile.zones.length > 0 ? profile.zones : zonesOf(subnets);
  if (subnets.length > 0) assertSubnets(zones, subnets);
  const groups = new Map<string, LaunchGroup>();
  for (const { ordinal, incarnation } of changes) {
    const zone = zones[(ordinal - 1) % zones.length] ?? null;
    const key = `${incarnation} ${zone}`;
    const ordinals = [...(groups.get(key)?.ordinals ?? []), ordinal];
    groups.set(key, { incarnation, ordinals, pools: poolsFrom(zone, zones, profile) });
  }
  return [...groups.values()];
}

/** The subnet of a zone; null for the zone's default one. */
export function subnetIn({ subnets }: Network, zone: string | null): string | null {
  return subnets.find((subnet) => subnet.zone === zone)?.id ?? null;
}

function assertSubnets(zones: readonly string[], subnets: Network['subnets']): void {
  const bare = zones.find((zone) => !subnets.some((subnet) => subnet.zone === zone));
  if (bare === undefined) return;
  throw new UsageError('no-subnet', `none of the profile's subnets is in the zone ${bare}`, {
    hint: 'Name one more under network.subnets, or take the zone out of zones.',
  });
}

function zonesOf(subnets: Network['subnets']): readonly string[] {
  return [...new Set(subnets.map(({ zone }) => zone))];
}

function poolsFrom(
  own: string | null,
  zones: readonly string[],
  { instanceTypes, markets }: Choices,
): readonly Pool[] {
  // Machines that are there already are of no type.
  const types = instanceTypes.length > 0 ? instanceTypes : [''];
  const inOrder = own === null ? [null] : [own, ...zones.filter((zone) => zone !== own)];
  return markets.flatMap((market) =>
    inOrder.flatMap((zone) => types.map((instanceType) => ({ instanceType, zone, market }))),
  );
}
