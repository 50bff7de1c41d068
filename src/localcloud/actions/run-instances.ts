import { randomBytes } from 'node:crypto';
import { freemem } from 'node:os';
import { Ec2Fault, invalidParameter } from '../fault.ts';
import { withHands } from '../host.ts';
import { type Image, listImages } from '../images.ts';
import { instanceTypes } from '../instance-types.ts';
import { digest } from '../names.ts';
import { bringNetworkUp } from '../network.ts';
import { integerOf, type Params, required } from '../query.ts';
import { settle } from '../reconcile.ts';
import type { CloudRecord, Instance } from '../record.ts';
import { nextAddresses, parseBlock } from '../subnet.ts';
import { loginKeysOf } from '../user-data.ts';
import type { Action, ActionContext } from './action.ts';
import { instanceItem } from './instance-item.ts';
import { tagsFor } from './tag-values.ts';

const mostAtOnce = 1000;
const mostUserDataBytes = 16_384;

/**
 * Launches machines. They exist once the record says so: whatever happens afterwards, they are found by their token
 * and started by the next process that looks.
 */
export const runInstances: Action = async (context) => {
  const { host } = context;
  const request = await readRequest(context);
  const instances = await withHands(host, async () => {
    const replayed = replayOf(await host.store.read(), context.account, request);
    if (replayed !== undefined) return replayed;
    assertRoom(request.count);
    await bringNetworkUp(host);
    const launched = await host.store.update((record) => addInstances(record, context, request));
    await settle(host);
    return launched;
  });
  return {
    reservationId: instances[0]?.reservation,
    ownerId: context.account,
    groupSet: [],
    instancesSet: instances.map((instance) => instanceItem(instance, { kind: 'new' })),
  };
};

/** What an idle machine takes, with something to spare; measured are 14 MB. */
const idleMib = 24;

/** A computer that is out of memory answers nobody, so a launch that can only end there is refused like EC2 does. */
function assertRoom(count: number): void {
  const room = Math.floor(freemem() / (idleMib * 1024 * 1024));
  if (count <= room) return;
  throw new Ec2Fault(
    'InsufficientInstanceCapacity',
    `this computer has memory for about ${room} more machines, and not for ${count}`,
    500,
  );
}

interface LaunchRequest {
  readonly count: number;
  readonly image: Image;
  readonly type: string;
  readonly keyName: string | undefined;
  readonly userKeys: readonly string[];
  readonly token: string | undefined;
  readonly hash: string;
  readonly params: Params;
}

async function readRequest({ host, params }: ActionContext): Promise<LaunchRequest> {
  const least = integerOf(params, 'MinCount', [1, mostAtOnce]) ?? 1;
  const most = integerOf(params, 'MaxCount', [1, mostAtOnce]) ?? least;
  if (most < least) throw invalidParameter('MinCount', String(least), 'is more than MaxCount');
  const type = params.get('InstanceType') ?? 't3.micro';
  if (!instanceTypes.some(({ name }) => name === type))
    throw invalidParameter('InstanceType', type);
  const token = params.get('ClientToken');
  if (token !== undefined && !/^[\x21-\x7e]{1,64}$/.test(token)) {
    throw invalidParameter('ClientToken', token, 'must have 1 to 64 ASCII characters');
  }
  return {
    count: most,
    image: await findImage(host.imagesDirectory, required(params, 'ImageId')),
    type,
    keyName: params.get('KeyName'),
    userKeys: loginKeysOf(readUserData(params.get('UserData') ?? '')),
    token,
    hash: hashOf(params),
    params,
  };
}

async function findImage(imagesDirectory: string, id: string): Promise<Image> {
  if (!/^ami-[0-9a-f]{8,17}$/.test(id))
    throw new Ec2Fault('InvalidAMIID.Malformed', `Invalid id: "${id}"`);
  const image = (await listImages(imagesDirectory)).find((candidate) => candidate.id === id);
  if (image !== undefined) return image;
  throw new Ec2Fault('InvalidAMIID.NotFound', `The image id '[${id}]' does not exist`);
}

function readUserData(base64: string): string {
  const bytes = Buffer.from(base64, 'base64');
  if (bytes.length <= mostUserDataBytes) return bytes.toString();
  throw invalidParameter(
    'UserData',
    `${bytes.length} bytes`,
    `is limited to ${mostUserDataBytes} bytes`,
  );
}

/** The same for two requests that EC2 holds to be the same: the SDK fills the token in by itself. */
function hashOf(params: Params): string {
  const parts = [...params]
    .filter(([name]) => name !== 'ClientToken')
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return digest(JSON.stringify(parts), 64);
}

function replayOf(
  record: CloudRecord,
  account: string,
  request: LaunchRequest,
): Instance[] | undefined {
  if (request.token === undefined) return undefined;
  const earlier = record.instances.filter(
    (instance) => instance.account === account && instance.token === request.token,
  );
  if (earlier.length === 0) return undefined;
  if (earlier.every(({ requestHash }) => requestHash === request.hash)) return earlier;
  throw new Ec2Fault(
    'IdempotentParameterMismatch',
    'The client token was used with other parameters in an earlier request',
  );
}

function addInstances(
  record: CloudRecord,
  context: ActionContext,
  request: LaunchRequest,
): Instance[] {
  const publicKeys = [
    ...keyPairKeys(record, context.account, request.keyName),
    ...request.userKeys,
  ];
  const { account, nowMs } = context;
  const shared = {
    account,
    reservation: `r-${randomBytes(9).toString('hex').slice(1)}`,
    image: request.image.id,
    type: request.type,
    ...(request.keyName !== undefined && { keyName: request.keyName }),
    publicKeys,
    want: 'running' as const,
    boot: 1,
    launchedAtMs: nowMs,
    wantedAtMs: nowMs,
    ...(request.token !== undefined && { token: request.token }),
    ...(record.misbehaviour.boot === 'never-ssh' && { misbehaves: 'never-ssh' as const }),
    requestHash: request.hash,
  };
  const tags = tagsFor(request.params, 'instance');
  const added = takeAddresses(record, request.count).map((address, launchIndex) => ({
    ...shared,
    id: `i-${randomBytes(9).toString('hex').slice(1)}`,
    launchIndex,
    address,
    tags: [...tags],
  }));
  record.instances.push(...added);
  return added;
}

function keyPairKeys(record: CloudRecord, account: string, name: string | undefined): string[] {
  if (name === undefined) return [];
  const pair = record.keyPairs.find(
    (candidate) => candidate.account === account && candidate.name === name,
  );
  if (pair !== undefined) return [pair.publicKey];
  throw new Ec2Fault('InvalidKeyPair.NotFound', `The key pair '${name}' does not exist`);
}

function takeAddresses(record: CloudRecord, count: number): string[] {
  const { network } = record;
  if (network === undefined) throw new Ec2Fault('InternalError', 'the network is not up', 500);
  const used = new Set(
    record.instances.filter(({ want }) => want !== 'terminated').map(({ address }) => address),
  );
  const taken = nextAddresses(parseBlock(network.subnet), network.nextHost, count, used);
  if (taken === undefined) {
    throw new Ec2Fault(
      'InsufficientFreeAddressesInSubnet',
      `${network.subnet} has no ${count} free addresses`,
    );
  }
  network.nextHost = taken.nextHost;
  return taken.addresses;
}
