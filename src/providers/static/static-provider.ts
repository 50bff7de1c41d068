import { DeployerError } from '../../errors.ts';
import type { Machine, Owned, Provider } from '../provider.ts';
import { claimHosts } from './claim-hosts.ts';
import type { Host } from './host.ts';
import { nothingAnswers } from './host-errors.ts';
import { leaveHosts } from './leave-hosts.ts';
import {
  isGone,
  isSeen,
  machineOf,
  openPark,
  type Park,
  remember,
  type StaticDeps,
} from './park.ts';

/**
 * Machines that are there already as a provider: to launch is to claim some, to end is to leave them as they were. Truth
 * is on the machines, in the claims.
 */
export function createStaticProvider(hosts: readonly Host[], deps: StaticDeps): Provider {
  const park = openPark(hosts, deps);
  return {
    ...nothingToDo,
    cloud: 'machines of your own',
    dialing: 'gentle',
    pollMs: 1_000,
    describe: (uid) => describe(park, uid),
    machineStates: async (uid) =>
      new Map((await describe(park, uid)).map(({ id, state }) => [id, state])),
    launch: (request) => claimHosts(park, request),
    terminate: (ids) => leaveHosts(park, ids),
    prepare: async () => {
      const found = await park.sightings.of(park.listed);
      if (!found.some(isSeen)) throw nothingAnswers(found);
      return { id: '', name: '', username: null };
    },
    figures: () => figures(park),
    start: async (ids) => {
      throw new DeployerError('cannot-start', `${ids.join(', ')} can only be started by hand`);
    },
    discover: async (name) => {
      const claims = await allClaims(park);
      const named = claims.filter(({ cluster }) => cluster.name === name);
      return [...new Set(named.map(({ cluster }) => cluster.uid))];
    },
    sweep: async (uid) => {
      const found = await describe(park, uid);
      return found.map(({ id }) => ({ kind: 'host', id, state: 'claimed' }));
    },
    owned: () => allClaims(park),
  };
}

/** What has no meaning on machines that somebody else has set up. */
const nothingToDo = {
  account: async () => null,
  findImage: async () => ({ id: '', name: '', username: null }),
  importKey: async () => {},
  openNetwork: async () => ({ groupIds: [], subnets: [] }),
  label: async () => {},
  protectedAmong: async () => [],
  unprotect: async () => {},
  consoleOutput: async () => '',
  ailments: async () => new Map(),
  calls: () => new Map(),
} satisfies Partial<Provider>;

async function describe(park: Park, uid: string): Promise<readonly Machine[]> {
  const found = await park.sightings.of(park.hosts);
  return found.flatMap((sighting) => {
    const { host } = sighting;
    if (isSeen(sighting)) {
      const { claim } = sighting.sight;
      if (claim?.uid !== uid) return [];
      remember(park, host, claim);
      return [machineOf(host, claim)];
    }
    const known = park.remembered.get(host.id);
    if (known?.uid !== uid) return [];
    if (!isGone(sighting)) return [machineOf(host, known)];
    tellGone(park, host);
    return [];
  });
}

function tellGone({ gone, warn }: Park, { id }: Host): void {
  if (gone.has(id)) return;
  gone.add(id);
  warn(`${id} is off the profile's hosts and does not answer: it is taken for gone`);
}

/** By id; a machine is asked once, for it does not change. */
async function figures({ hosts, sightings }: Park): ReturnType<Provider['figures']> {
  await sightings.of(hosts.filter((host) => sightings.last(host) === undefined));
  const known = hosts.flatMap((host) => {
    const sight = sightings.last(host);
    return sight === undefined ? [] : [[host.id, sight.figures] as const];
  });
  return new Map(known);
}

async function allClaims({ hosts, sightings }: Park): Promise<readonly Owned[]> {
  const found = await sightings.of(hosts);
  return found.filter(isSeen).flatMap(({ host: { id }, sight: { claim } }) => {
    if (claim === null) return [];
    const cluster = { uid: claim.uid, name: claim.cluster };
    return [{ kind: 'host', id, state: 'claimed', cluster, createdAtMs: claim.at }];
  });
}
