import { isRefusedWith } from './api-error.ts';
import type { Ec2Api } from './ec2-api.ts';
import { removeGroup, whatHoldsGroup } from './remove-group.ts';
import type { Resource, ResourceKind } from './resources.ts';
import { tagNames } from './tags.ts';
import { unlessGone } from './tolerate.ts';

/** What became of the attempt to remove something. */
export interface Removal {
  /** `kept`: nothing to do with it here, or it is refused for good; `busy`: it can go once something else has gone. */
  readonly outcome: 'removed' | 'busy' | 'kept';
  /** Asks the cloud why it is still there, in words. */
  readonly why?: () => Promise<string | undefined>;
}

const removed: Removal = { outcome: 'removed' };
const busy: Removal = { outcome: 'busy' };
const kept: Removal = { outcome: 'kept' };

/** Removes something, or says why not now. That it is gone already is as good. */
export function removalOf(api: Ec2Api, resource: Resource): Promise<Removal> {
  return removers[resource.kind](api, resource);
}

const removers: Record<ResourceKind, (api: Ec2Api, resource: Resource) => Promise<Removal>> = {
  instance: removeInstance,
  'spot-request': async ({ sdk, client }, { id }) => {
    const command = new sdk.CancelSpotInstanceRequestsCommand({ SpotInstanceRequestIds: [id] });
    await unlessGone(['InvalidSpotInstanceRequestID.NotFound'], () => client.send(command));
    return removed;
  },
  volume: async ({ sdk, client }, { id, state }) => {
    if (state !== 'available' && state !== 'error') return busy;
    return unlessBusy(['VolumeInUse'], ['InvalidVolume.NotFound'], () =>
      client.send(new sdk.DeleteVolumeCommand({ VolumeId: id })),
    );
  },
  address: async ({ sdk, client }, { id }) => {
    const named = id.startsWith('eipalloc-') ? { AllocationId: id } : { PublicIp: id };
    return unlessBusy(
      ['InvalidIPAddress.InUse'],
      ['InvalidAllocationID.NotFound', 'InvalidAddress.NotFound'],
      () => client.send(new sdk.ReleaseAddressCommand(named)),
    );
  },
  'network-interface': async ({ sdk, client }, { id, state }) => {
    if (state !== 'available') return busy;
    return unlessBusy(
      ['InvalidNetworkInterface.InUse', 'InvalidParameterValue'],
      ['InvalidNetworkInterfaceID.NotFound'],
      () => client.send(new sdk.DeleteNetworkInterfaceCommand({ NetworkInterfaceId: id })),
    );
  },
  'security-group': async (api, { id }) => {
    const isGone = await removeGroup(api, id);
    return isGone ? removed : { ...busy, why: () => whatHoldsGroup(api, id) };
  },
  'key-pair': async ({ sdk, client }, { name }) => {
    await unlessGone(['InvalidKeyPair.NotFound'], () =>
      client.send(new sdk.DeleteKeyPairCommand({ KeyName: name })),
    );
    return removed;
  },
};

/** A machine that knows its cluster and place is not the sweep's to end; one that nobody can place is nobody's. */
async function removeInstance(
  { sdk, client }: Ec2Api,
  { id, state, tags }: Resource,
): Promise<Removal> {
  if (state === 'shutting-down') return busy;
  if (tags.has(tagNames.uid) && tags.has(tagNames.ordinals)) return kept;
  await unlessGone(['InvalidInstanceID.NotFound'], () =>
    client.send(new sdk.TerminateInstancesCommand({ InstanceIds: [id] })),
  );
  return busy;
}

async function unlessBusy(
  busyCodes: readonly string[],
  goneCodes: readonly string[],
  work: () => Promise<unknown>,
): Promise<Removal> {
  try {
    await unlessGone(goneCodes, work);
    return removed;
  } catch (error) {
    if (isRefusedWith(error, ...busyCodes, 'DependencyViolation')) return busy;
    throw error;
  }
}
