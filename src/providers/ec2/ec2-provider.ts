import type { RunInstancesCommandInput } from '@aws-sdk/client-ec2';
import { DeployerError } from '../../errors.ts';
import type { ClusterRef, LaunchRequest, LaunchSecrets, Machine, Provider } from '../provider.ts';
import { toApiError } from './api-error.ts';
import { byTag, describeInstances, notTerminated } from './describe.ts';
import type { Ec2Api } from './ec2-api.ts';
import { toMachine } from './machine.ts';
import { userDataFor } from './operator-keys.ts';
import { formatOrdinals } from './ordinals.ts';
import { resolveImage, typeFigures } from './prepare.ts';
import { sweepCluster } from './sweep.ts';
import { clusterTags, tagMap, tagNames } from './tags.ts';

/** A {@link Provider} on any EC2-compatible cloud that the client reaches. */
export function createEc2Provider(
  api: Ec2Api,
  about: Pick<Provider, 'cloud' | 'dialing' | 'pollMs'>,
): Provider {
  const { sdk, client } = api;
  return {
    ...about,
    account: async () => null,
    prepare: (image) => named('DescribeImages', resolveImage(api, image)),
    figures: (types) => named('DescribeInstanceTypes', typeFigures(api, types)),
    importKey: (cluster, name, publicKey) =>
      named('ImportKeyPair', importKey(api, cluster, name, publicKey)),
    openNetwork: async () => ({ groupIds: [], subnets: [] }),
    launch: (request, secrets) => named('RunInstances', launch(api, request, secrets)),
    label: (cluster, machines) => named('CreateTags', label(api, cluster, machines)),
    describe: (uid) => named('DescribeInstances', describe(api, uid)),
    discover: (name) => named('DescribeInstances', discover(api, name)),
    start: async (ids) => {
      const command = new sdk.StartInstancesCommand({ InstanceIds: [...ids] });
      await named('StartInstances', client.send(command));
    },
    protectedAmong: async () => [],
    unprotect: async () => {},
    terminate: async (ids) => {
      const command = new sdk.TerminateInstancesCommand({ InstanceIds: [...ids] });
      await named('TerminateInstances', client.send(command));
    },
    consoleOutput: (id) => named('GetConsoleOutput', consoleOutput(api, id)),
    sweep: (uid) => named('the sweep', sweepCluster(api, uid)),
    owned: async () => [],
  };
}

async function named<T>(call: string, answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    throw toApiError(call, error);
  }
}

async function importKey(
  { sdk, client }: Ec2Api,
  cluster: ClusterRef,
  name: string,
  publicKey: string,
): Promise<void> {
  try {
    await client.send(
      new sdk.ImportKeyPairCommand({
        KeyName: name,
        PublicKeyMaterial: Buffer.from(publicKey),
        TagSpecifications: [{ ResourceType: 'key-pair', Tags: clusterTags(cluster) }],
      }),
    );
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'InvalidKeyPair.Duplicate') throw error;
  }
}

async function launch(
  { sdk, client }: Ec2Api,
  request: LaunchRequest,
  secrets: LaunchSecrets,
): Promise<readonly Machine[]> {
  const input = runInstancesInput(request, secrets);
  const answer = await client.send(new sdk.RunInstancesCommand(input));
  return (answer.Instances ?? []).map(toMachine).filter((machine) => machine !== null);
}

function runInstancesInput(
  request: LaunchRequest,
  secrets: LaunchSecrets,
): RunInstancesCommandInput {
  const count = request.ordinals.length;
  const userData = userDataFor(request, secrets);
  const tags = [
    ...clusterTags(request.cluster),
    { Key: tagNames.incarnation, Value: String(request.incarnation) },
    { Key: tagNames.ordinals, Value: formatOrdinals(request.ordinals) },
  ];
  return {
    ImageId: request.imageId,
    InstanceType: request.pool.instanceType as NonNullable<
      RunInstancesCommandInput['InstanceType']
    >,
    MinCount: count,
    MaxCount: count,
    KeyName: request.keyName,
    ClientToken: request.token,
    TagSpecifications: [{ ResourceType: 'instance', Tags: tags }],
    ...(userData === undefined ? {} : { UserData: Buffer.from(userData).toString('base64') }),
  };
}

async function label(
  { sdk, client }: Ec2Api,
  cluster: ClusterRef,
  machines: readonly Machine[],
): Promise<void> {
  for (const machine of machines.filter(({ isLabelled }) => !isLabelled)) {
    const tags = [
      { Key: tagNames.name, Value: `${cluster.name}-${machine.ordinal}` },
      { Key: tagNames.ordinal, Value: String(machine.ordinal) },
    ];
    await client.send(new sdk.CreateTagsCommand({ Resources: [machine.id], Tags: tags }));
  }
}

async function describe(api: Ec2Api, uid: string): Promise<readonly Machine[]> {
  const instances = await describeInstances(api, [byTag(tagNames.uid, uid)]);
  return instances.map((instance) => {
    const machine = toMachine(instance);
    if (machine !== null) return machine;
    throw new DeployerError(
      'foreign-machine',
      `machine ${instance.InstanceId ?? '?'} carries the cluster's uid but not its place in it`,
      {
        hint: `Restore its ${tagNames.ordinals} and ${tagNames.incarnation} tags, or terminate it.`,
      },
    );
  });
}

async function discover(api: Ec2Api, clusterName: string): Promise<readonly string[]> {
  const filters = [byTag(tagNames.cluster, clusterName), notTerminated];
  const instances = await describeInstances(api, filters);
  const uids = instances.map((instance) => tagMap(instance.Tags).get(tagNames.uid) ?? '');
  return [...new Set(uids)].filter((uid) => uid !== '');
}

async function consoleOutput({ sdk, client }: Ec2Api, id: string): Promise<string> {
  const answer = await client.send(new sdk.GetConsoleOutputCommand({ InstanceId: id }));
  return Buffer.from(answer.Output ?? '', 'base64').toString('utf8');
}
