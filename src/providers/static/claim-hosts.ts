import type { LaunchRequest, Machine } from '../provider.ts';
import { chooseHosts } from './choose-hosts.ts';
import type { Claim, Host, HostSight } from './host.ts';
import { noFreeHosts, whyTaken } from './host-errors.ts';
import { isSeen, machineOf, type Park, remember } from './park.ts';

/**
 * Claims as many machines as are asked for, and finds those again that an earlier try has claimed. Nothing is touched
 * where there are too few.
 * @throws {DeployerError} `no-free-host` with what stands against each of the others
 */
export async function claimHosts(park: Park, request: LaunchRequest): Promise<readonly Machine[]> {
  const { cluster, incarnation, ordinals, pool, atLeastOne } = request;
  const found = await park.sightings.of(park.listed);
  const seen = found.filter(isSeen);
  const own = seen.filter(({ sight }) => sight.claim?.uid === cluster.uid);
  const machines = own.flatMap(({ host, sight: { claim } }) => {
    const isAsked = claim?.incarnation === incarnation && ordinals.includes(claim.ordinal);
    return isAsked ? [machineOf(host, claim)] : [];
  });
  const missing = () => ordinals.filter((each) => machines.every((has) => has.ordinal !== each));
  const zones = own.map(({ host }) => host.zone);
  let free = seen
    .filter(({ host, sight }) => isFree(sight, cluster.uid) && isIn(pool.zone, host))
    .map(({ host }) => host);
  const { length: wanted } = missing();
  if (free.length < wanted && (!atLeastOne || free.length === 0)) {
    throw noFreeHosts(wanted, free.length, found);
  }
  for (const each of found.filter((one) => !isSeen(one))) park.warn(whyTaken(each) ?? '');
  while (missing().length > 0 && free.length > 0) {
    const fresh = free.filter(({ id }) => !park.left.has(id));
    const better = fresh.length > 0 ? fresh : free;
    const chosen = chooseHosts(better, missing().length, [...zones, ...machines.map(zoneOf)]);
    free = free.filter((host) => !chosen.includes(host));
    machines.push(...(await claimThese(park, chosen, missing(), request)));
  }
  if (missing().length === 0 || (atLeastOne && machines.length > 0)) return machines;
  // Others were faster.
  throw noFreeHosts(missing().length, 0, await park.sightings.of(park.listed));
}

/** Those of the machines that became ours; another cluster may have claimed one at the same moment. */
async function claimThese(
  park: Park,
  hosts: readonly Host[],
  ordinals: readonly number[],
  { cluster: { uid, name }, incarnation, token }: LaunchRequest,
): Promise<readonly Machine[]> {
  const claims = hosts.map(async (host, index) => {
    const ordinal = ordinals[index] ?? 0;
    const own: Claim = { uid, cluster: name, ordinal, incarnation, token, at: park.now() };
    return { host, claim: await host.claim(own) };
  });
  const held = (await Promise.all(claims)).filter(({ claim }) => claim.uid === uid);
  for (const { host, claim } of held) remember(park, host, claim);
  return held.map(({ host, claim }) => machineOf(host, claim));
}

function isFree({ claim, worksFor }: HostSight, uid: string): boolean {
  return claim === null && (worksFor === null || worksFor.uid === uid);
}

function isIn(zone: string | null, host: Host): boolean {
  return zone === null || zone === host.zone;
}

function zoneOf({ zone }: Machine): string {
  return zone;
}
