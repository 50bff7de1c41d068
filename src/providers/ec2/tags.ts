import type { Tag } from '@aws-sdk/client-ec2';
import type { ClusterRef } from '../provider.ts';

/** The names of the tags that make a resource ours; what a cluster is can be rebuilt from them alone. */
export const tagNames = {
  uid: 'deployer:uid',
  cluster: 'deployer:cluster',
  incarnation: 'deployer:incarnation',
  ordinals: 'deployer:ordinals',
  ordinal: 'deployer:ordinal',
  name: 'Name',
} as const;

/** The tags that every resource of a cluster carries. */
export function clusterTags(cluster: ClusterRef): Tag[] {
  return [
    { Key: tagNames.uid, Value: cluster.uid },
    { Key: tagNames.cluster, Value: cluster.name },
    { Key: tagNames.name, Value: cluster.name },
  ];
}

/** The tags by name; the last of two equal names wins. */
export function tagMap(tags: readonly Tag[] | undefined): ReadonlyMap<string, string> {
  return new Map((tags ?? []).map((tag) => [tag.Key ?? '', tag.Value ?? '']));
}
