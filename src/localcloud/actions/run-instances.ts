import { endInstance } from '../end-instance.ts';
import { Ec2Fault } from '../fault.ts';
import { withHands } from '../host.ts';
import { misdeedOf, takeMisdeed } from '../misdeeds.ts';
import { type OwnRecord, ownOf } from '../own.ts';
import type { CloudRecord, Instance } from '../record.ts';
import { nextAddresses, parseBlock } from '../subnet.ts';
import { accountNumber, zoneBlock } from '../zones.ts';
import { type Action, type ActionContext, change, makeId } from './action.ts';
import { findByIds } from './find.ts';
import { groupNamed } from './group-rules.ts';
import { belongingsOf, instanceItem } from './instance-item.ts';
import { roomFor } from './launch-limits.ts';
import { type LaunchRequest, readLaunchRequest } from './launch-request.ts';
import { newResource } from './new-resource.ts';
import { groupsOfAccount } from './security-groups.ts';

/** How long an instance that never becomes a machine is pending. */
const pendingMs = 1000;

/**
 * Launches machines. They exist once the record says so: whatever happens afterwards, they are found by their token
 * and started by the next process that looks.
 */
export const runInstances: Action = async (context) => {
  const { host, machines, account } = context;
  const request = await readLaunchRequest(context);
  const instances = await withHands(host, async () => {
    const replayed = replayOf(await host.store.read(), context, request);
    if (replayed !== undefined) return replayed;
    roomFor(await host.store.read(), context, request);
    await machines.bringNetworkUp();
    const launched = await change(context, (_own, record) =>
      addInstances(record, context, request, roomFor(record, context, request)),
    );
    await machines.settle();
    return launched;
  });
  const everything = ownOf(await host.store.read(), account, Number.POSITIVE_INFINITY);
  const belongings = belongingsOf(everything);
  return {
    reservationId: instances[0]?.reservation,
    ownerId: accountNumber(account),
    groupSet: [],
    instancesSet: instances.map((instance) =>
      instanceItem({ ...instance, state: { name: 'pending' } }, belongings),
    ),
  };
};

function replayOf(
  record: CloudRecord,
  { account, personality, misdeeds }: ActionContext,
  request: LaunchRequest,
): Instance[] | undefined {
  const isIgnored = misdeedOf(misdeeds, 'ignore-token') !== undefined;
  if (request.token === undefined || isIgnored) return undefined;
  const earlier = record.instances.filter(
    (instance) => instance.account === account && instance.token === request.token,
  );
  if (earlier.length === 0) return undefined;
  const isSame = earlier.every(({ requestHash }) => requestHash === request.hash);
  if (isSame || personality.clientToken === 'unchecked') return earlier;
  throw new Ec2Fault(
    'IdempotentParameterMismatch',
    'The client token was used with other parameters in an earlier request',
  );
}

function addInstances(
  record: CloudRecord,
  context: ActionContext,
  request: LaunchRequest,
  count: number,
): Instance[] {
  const { account, nowMs } = context;
  const { userData, zone } = request;
  const own = ownOf(record, account, nowMs);
  const keys = keyPairKeys(own, request.keyName);
  const groups = groupsFor(own, context, request);
  const letsPairIn = misdeedOf(context.misdeeds, 'ignore-key-pair') === undefined;
  const isDeaf = misdeedOf(context.misdeeds, 'never-ssh') !== undefined;
  const reservation = makeId(context, 'r');
  const added = takeAddresses(record, zone, count).map(
    (address, launchIndex): Instance => ({
      ...newResource(context, ['i', 'instance']),
      reservation,
      launchIndex,
      image: request.image.id,
      type: request.type,
      zone,
      groups,
      publicKeys: [...(letsPairIn ? keys : []), ...userData.loginKeys],
      address,
      want: 'running',
      boot: 1,
      launchedAtMs: nowMs,
      wantedAtMs: nowMs,
      requestHash: request.hash,
      ...request.options,
      ...(request.keyName !== undefined && { keyName: request.keyName }),
      ...(request.token !== undefined && { token: request.token }),
      ...(userData.hostKey !== undefined && { hostKey: userData.hostKey }),
      ...(request.isSpot && { spotRequest: makeId(context, 'sir') }),
      ...(isDeaf && { misbehaves: 'never-ssh' }),
    }),
  );
  record.instances.push(...added);
  addVolumes(record, context, request, added);
  for (const instance of added) failIfToldTo(record, instance, nowMs);
  return added;
}

/** An instance that dies at its launch is never a machine, and is told to be pending for as long as it would boot. */
function failIfToldTo(record: CloudRecord, instance: Instance, nowMs: number): void {
  const misdeed = takeMisdeed(record, 'die');
  if (misdeed === undefined) return;
  const { code } = misdeed;
  const message = `${code}: ${code.startsWith('Server') ? 'Internal error on launch' : 'The snapshot cannot be used'}`;
  endInstance(record, instance, nowMs, { code, message });
  instance.pendingUntilMs = nowMs + pendingMs;
}

function addVolumes(
  record: CloudRecord,
  context: ActionContext,
  { disks, zone }: LaunchRequest,
  instances: readonly Instance[],
): void {
  for (const { id: instance } of instances) {
    for (const { device, endsWithInstance, ...disk } of disks) {
      record.volumes.push({
        ...newResource(context, ['vol', 'volume']),
        zone,
        createdAtMs: context.nowMs,
        attachment: { instance, device, endsWithInstance },
        ...disk,
      });
    }
  }
}

function groupsFor(
  own: OwnRecord,
  context: ActionContext,
  { groups: { ids, names } }: LaunchRequest,
): string[] {
  const known = groupsOfAccount(context, own);
  const byName = names.map((name) => groupNamed(new Map([['GroupName', name]]), known).id);
  return [...findByIds(known, ids, 'group').map(({ id }) => id), ...byName];
}

function keyPairKeys({ keyPairs }: OwnRecord, name: string | undefined): string[] {
  if (name === undefined) return [];
  const pair = keyPairs.find((candidate) => candidate.name === name);
  if (pair !== undefined) return [pair.publicKey];
  throw new Ec2Fault('InvalidKeyPair.NotFound', `The key pair '${name}' does not exist`);
}

function takeAddresses(record: CloudRecord, zone: string, count: number): string[] {
  const { network } = record;
  if (network === undefined) throw new Ec2Fault('InternalError', 'the network is not up', 500);
  const used = new Set(
    record.instances.filter(({ want }) => want !== 'terminated').map(({ address }) => address),
  );
  const block = zoneBlock(parseBlock(network.subnet), zone);
  const taken = nextAddresses(block, network.nextHost, count, used);
  if (taken === undefined) {
    throw new Ec2Fault(
      'InsufficientFreeAddressesInSubnet',
      `${network.subnet} has no ${count} free addresses in ${zone}`,
    );
  }
  network.nextHost = taken.nextHost;
  return taken.addresses;
}
