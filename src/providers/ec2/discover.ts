import type { Capabilities } from './capabilities.ts';
import { describeInstances } from './describe.ts';
import type { Ec2Api } from './ec2-api.ts';
import { byTag, notTerminated } from './marks.ts';
import { finders } from './resources.ts';
import { tagMap, tagNames } from './tags.ts';

/**
 * The uids of clusters with a name that have machines. On clouds that tag after the launch also those whose machines
 * only bear the name of the cluster's key pair, which is tagged before.
 */
export async function discoverClusters(
  api: Ec2Api,
  { tagOnCreate }: Capabilities,
  name: string,
): Promise<readonly string[]> {
  const filters = [byTag(tagNames.cluster, name), notTerminated];
  const [instances, untagged] = await Promise.all([
    describeInstances(api, filters),
    tagOnCreate ? [] : uidsByKey(api, name),
  ]);
  const tagged = instances.map(({ Tags }) => tagMap(Tags).get(tagNames.uid) ?? '');
  return [...new Set([...tagged, ...untagged])].filter((uid) => uid !== '');
}

async function uidsByKey(api: Ec2Api, name: string): Promise<readonly string[]> {
  const byKey = { Name: 'key-name', Values: [`deployer-${name}-????????`] };
  const [instances, pairs] = await Promise.all([
    describeInstances(api, [byKey, notTerminated]),
    finders['key-pair'].find(api, [byKey]),
  ]);
  const inUse = new Set(instances.map(({ KeyName }) => KeyName));
  return pairs
    .filter((pair) => inUse.has(pair.name))
    .flatMap(({ tags }) => tags.get(tagNames.uid) ?? []);
}
