import type { Instance } from '@aws-sdk/client-ec2';
import type { LaunchRequest } from '../provider.ts';
import { describeInstances } from './describe.ts';
import type { Ec2Api } from './ec2-api.ts';
import { notTerminated } from './marks.ts';
import { clusterTags, launchTags, tagMap, tagNames } from './tags.ts';

/** EC2 takes as many resources in one call. */
const mostResources = 1_000;

/**
 * The machines that an earlier attempt of the same launch left, with their tags. Between a launch and its tags they are
 * known by the token, where the cloud keeps it, and by the cluster's key pair: a cluster has one launch under way at a time.
 */
export async function adoptLaunch(
  api: Ec2Api,
  request: LaunchRequest,
): Promise<readonly Instance[]> {
  const byKey = { Name: 'key-name', Values: [request.keyName] };
  const living = await describeInstances(api, [byKey, notTerminated]);
  const ours = living.filter((instance) => isOfLaunch(instance, request));
  return withLaunchTags(api, request, ours);
}

function isOfLaunch(instance: Instance, { token, pool, imageId }: LaunchRequest): boolean {
  const tags = tagMap(instance.Tags);
  const known = tags.get(tagNames.launch) ?? instance.ClientToken ?? '';
  if (known !== '') return known === token;
  const isPlaced = tags.has(tagNames.ordinals);
  return !isPlaced && instance.InstanceType === pool.instanceType && instance.ImageId === imageId;
}

/** The machines of a launch, with the tags that it should have given them put on where it could not. */
export async function withLaunchTags(
  api: Ec2Api,
  request: LaunchRequest,
  instances: readonly Instance[],
): Promise<readonly Instance[]> {
  const bare = instances.filter(({ Tags }) => !tagMap(Tags).has(tagNames.ordinals));
  if (bare.length === 0) return instances;
  const tags = [...launchTags(request), { Key: tagNames.launch, Value: request.token }];
  await tag(api, idsOf(bare), tags);
  const volumes = bare.flatMap(({ BlockDeviceMappings }) =>
    (BlockDeviceMappings ?? []).flatMap(({ Ebs }) => Ebs?.VolumeId ?? []),
  );
  await tag(api, volumes, clusterTags(request.cluster));
  return instances.map((instance) =>
    bare.includes(instance) ? { ...instance, Tags: tags } : instance,
  );
}

function idsOf(instances: readonly Instance[]): readonly string[] {
  return instances.flatMap(({ InstanceId }) => InstanceId ?? []);
}

async function tag(
  { sdk, client }: Ec2Api,
  ids: readonly string[],
  Tags: { Key?: string | undefined; Value?: string | undefined }[],
): Promise<void> {
  for (let start = 0; start < ids.length; start += mostResources) {
    const Resources = ids.slice(start, start + mostResources);
    await client.send(new sdk.CreateTagsCommand({ Resources, Tags }));
  }
}
