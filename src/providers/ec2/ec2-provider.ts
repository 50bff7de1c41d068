import { DeployerError } from '../../errors.ts';
import type { Machine, Provider } from '../provider.ts';
import { accountOf } from './account.ts';
import { findAilments } from './ailments.ts';
import type { CapabilitySource } from './capability-source.ts';
import { consoleOutput } from './console-output.ts';
import { describeInstances } from './describe.ts';
import { discoverClusters } from './discover.ts';
import type { Ec2Api } from './ec2-api.ts';
import { resolveImage } from './image.ts';
import { typeFigures } from './instance-types.ts';
import { importKey } from './key.ts';
import { labelMachines } from './label.ts';
import { launch } from './launch.ts';
import { toMachine } from './machine.ts';
import { machineStates } from './machine-states.ts';
import { byUid } from './marks.ts';
import { openNetwork } from './network.ts';
import { findOwned } from './owned.ts';
import { protectedAmong, unprotect } from './protection.ts';
import { createRecentLaunches } from './recent-launches.ts';
import { sweepCluster } from './sweep.ts';
import { tagNames } from './tags.ts';
import { terminateInstances } from './terminate.ts';

/** A {@link Provider} on any EC2-compatible cloud that the client reaches; what that cloud can do goes by a table. */
export function createEc2Provider(
  api: Ec2Api,
  capabilities: CapabilitySource,
  about: Pick<Provider, 'cloud' | 'dialing' | 'pollMs'>,
): Provider {
  const { sdk } = api;
  const recent = createRecentLaunches(api.deps.clock);
  return {
    ...about,
    account: () => accountOf(api),
    findImage: (image) => resolveImage(api, image),
    prepare: async (image) => {
      await capabilities.settled();
      return resolveImage(api, image);
    },
    figures: (types) => typeFigures(api, types),
    importKey: async (cluster, name, publicKey) =>
      importKey(api, await capabilities.settled(), cluster, name, publicKey),
    openNetwork: async (cluster, wish) =>
      openNetwork(api, await capabilities.settled(), cluster, wish),
    launch: async (request, secrets) => {
      const machines = await launch(api, await capabilities.settled(), request, secrets);
      recent.add(request.cluster.uid, machines);
      return machines;
    },
    label: (cluster, machines) => labelMachines(api, cluster, machines),
    describe: async (uid) => {
      const described = await describe(api, uid);
      const shown = described.map(({ id }) => id);
      return [...described, ...recent.missingFrom(uid, shown)];
    },
    machineStates: async (uid) => {
      const states = await machineStates(api, uid);
      const missing = recent.missingFrom(uid, [...states.keys()]);
      return new Map([...states, ...missing.map(({ id, state }) => [id, state] as const)]);
    },
    discover: async (name) => discoverClusters(api, await capabilities.known(), name),
    start: async (ids) => {
      await api.client.send(new sdk.StartInstancesCommand({ InstanceIds: [...ids] }));
    },
    ailments: async (ids) =>
      (await capabilities.known()).statusChecks ? findAilments(api, ids) : new Map(),
    protectedAmong: (ids) => protectedAmong(api, ids),
    unprotect: (ids) => unprotect(api, ids),
    terminate: async (ids) => {
      recent.drop(ids);
      await terminateInstances(api, ids);
    },
    consoleOutput: (id) => consoleOutput(api, id),
    sweep: async (uid) => sweepCluster(api, await capabilities.known(), uid),
    owned: () => findOwned(api),
    calls: api.calls,
  };
}

async function describe(api: Ec2Api, uid: string): Promise<readonly Machine[]> {
  const instances = await describeInstances(api, [byUid(uid)]);
  return instances.flatMap((instance) => {
    const machine = toMachine(instance);
    if (machine !== null) return machine;
    // Its tags go with it; only one that runs may stand in some node's place.
    if (instance.State?.Name === 'terminated') return [];
    throw foreignMachine(instance.InstanceId ?? '?');
  });
}

function foreignMachine(id: string): DeployerError {
  return new DeployerError(
    'foreign-machine',
    `machine ${id} carries the cluster's uid but not its place in it`,
    {
      hint: `Restore its ${tagNames.ordinals} and ${tagNames.incarnation} tags, or terminate it.`,
    },
  );
}
