import type { Tag } from '@aws-sdk/client-ec2';
import { DeployerError } from '../../errors.ts';
import type { ClusterRef, LaunchRequest } from '../provider.ts';
import { formatOrdinals, parseOrdinals } from './ordinals.ts';

/** The names of the tags that make a resource ours; what a cluster is can be rebuilt from them alone. */
export const tagNames = {
  uid: 'deployer:uid',
  cluster: 'deployer:cluster',
  incarnation: 'deployer:incarnation',
  /** The first part of the list; `deployer:ordinals:2` and so on where it is longer than a tag. */
  ordinals: 'deployer:ordinals',
  ordinal: 'deployer:ordinal',
  /** The token of a machine's launch, on clouds that do not keep it themselves. */
  launch: 'deployer:launch',
  name: 'Name',
} as const;

/** EC2 allows fifty tags on one resource; some are others'. */
const mostOrdinalTags = 35;

/** The tags that every resource of a cluster carries. */
export function clusterTags(cluster: ClusterRef): Tag[] {
  return [
    { Key: tagNames.uid, Value: cluster.uid },
    { Key: tagNames.cluster, Value: cluster.name },
    { Key: tagNames.name, Value: cluster.name },
  ];
}

/** The tags that all machines of one launch carry alike; which node is whose the launch index says. */
export function launchTags({ cluster, incarnation, ordinals }: LaunchRequest): Tag[] {
  const lists = formatOrdinals(ordinals);
  if (lists.length > mostOrdinalTags) throw tooScattered(ordinals.length);
  return [
    ...clusterTags(cluster),
    { Key: tagNames.incarnation, Value: String(incarnation) },
    ...lists.map((list, index) => ({ Key: ordinalsName(index), Value: list })),
  ];
}

/** The ordinals of the launch that a machine comes from; null when its tags have no such list. */
export function launchOrdinals(tags: ReadonlyMap<string, string>): readonly number[] | null {
  const lists: string[] = [];
  for (
    let list = tags.get(ordinalsName(0));
    list !== undefined;
    list = tags.get(ordinalsName(lists.length))
  )
    lists.push(list);
  return lists.length === 0 ? null : parseOrdinals(lists.join(','));
}

function ordinalsName(index: number): string {
  return index === 0 ? tagNames.ordinals : `${tagNames.ordinals}:${index + 1}`;
}

function tooScattered(count: number): DeployerError {
  return new DeployerError(
    'too-many-ordinals',
    `the numbers of ${count} nodes that have to be launched do not fit into a machine's tags`,
    { hint: 'Launch fewer at once: give a smaller --replace, or grow the cluster step by step.' },
  );
}

/** The tags by name; the last of two equal names wins. */
export function tagMap(tags: readonly Tag[] | undefined): ReadonlyMap<string, string> {
  return new Map((tags ?? []).map((tag) => [tag.Key ?? '', tag.Value ?? '']));
}
