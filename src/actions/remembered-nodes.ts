import { nodeName } from '../plan/model.ts';
import { existing } from './existing.ts';
import type { Cluster } from './open-cluster.ts';

/** Names and ordinals of the cluster's nodes, without asking its cloud. @throws {DeployerError} `no-such-cluster` */
export function rememberedNodes(
  cluster: Cluster,
): readonly { readonly name: string; readonly ordinal: number }[] {
  return existing(cluster).nodes.map(({ ordinal }) => ({
    ordinal,
    name: nodeName(cluster.name, ordinal),
  }));
}
