import { neverAnswered } from '../../errors.ts';
import type { Machine } from '../provider.ts';
import type { Claim, Host, HostSight } from './host.ts';
import { createSightings, type Sighting, type Sightings } from './sightings.ts';

/** Which machine a cluster was last known to have as which of its nodes. */
export interface RememberedHost {
  readonly uid: string;
  readonly id: string;
  readonly ordinal: number;
  readonly incarnation: number;
}

/** What this provider needs besides the machines. */
export interface StaticDeps {
  /** What the local record says; a machine that does not answer is believed to be what it was. */
  readonly remembered: readonly RememberedHost[];
  now(): number;
  monotonicMs(): number;
  /** Tells of something that does not stop the work. */
  warn(message: string): void;
}

/** All machines, and what is known of them. */
export interface Park extends Omit<StaticDeps, 'remembered'> {
  readonly hosts: readonly Host[];
  /** Those that may be claimed. */
  readonly listed: readonly Host[];
  readonly sightings: Sightings;
  /** By id. */
  readonly remembered: Map<string, RememberedHost>;
  /** Ids of those that were left a moment ago: a node that is to move away from one does not move back to it. */
  readonly left: Set<string>;
  /** Ids of those that were said to be taken for gone. */
  readonly gone: Set<string>;
}

/** A machine that has answered. */
export type Seen = Extract<Sighting, { readonly sight: HostSight }>;

/** The machines, of which nothing is known yet but what is remembered. */
export function openPark(hosts: readonly Host[], { remembered, ...deps }: StaticDeps): Park {
  return {
    ...deps,
    hosts,
    listed: hosts.filter(({ isListed }) => isListed),
    sightings: createSightings(deps.monotonicMs),
    remembered: new Map(remembered.map((each) => [each.id, each])),
    left: new Set(),
    gone: new Set(),
  };
}

/** Remembers what a machine is from now on, should it fall silent. */
export function remember({ remembered }: Park, { id }: Host, claim: Claim): void {
  const { uid, ordinal, incarnation } = claim;
  remembered.set(id, { uid, id, ordinal, incarnation });
}

/** Whether the machine has answered. */
export function isSeen(sighting: Sighting): sighting is Seen {
  return 'sight' in sighting;
}

/**
 * Whether the machine is gone for good, which says who takes one off the list that never answers. One that answers and
 * does not let us in is still there.
 */
export function isGone(sighting: Sighting): boolean {
  if (isSeen(sighting)) return false;
  return !sighting.host.isListed && neverAnswered.has(sighting.error.code);
}

/** The machine as the node that it is. */
export function machineOf(
  { id, address, publicAddress, zone, login }: Host,
  { ordinal, incarnation }: Pick<Claim, 'ordinal' | 'incarnation'>,
): Machine {
  return {
    ...{ id, ordinal, incarnation, state: 'running', address, zone, login },
    ...(publicAddress !== undefined && { publicAddress }),
    // What a machine is made of is known of each by itself.
    instanceType: id,
    isLabelled: true,
  };
}
