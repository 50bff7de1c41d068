import { nodeName } from '../plan/model.ts';
import type { ActionContext } from './context.ts';
import { existing } from './existing.ts';
import type { Cluster } from './open-cluster.ts';

/** Names and ordinals of the cluster's nodes. @throws {DeployerError} `no-such-cluster` */
export async function rememberedNodes(
  cluster: Cluster,
  context: ActionContext,
): Promise<readonly { readonly name: string; readonly ordinal: number }[]> {
  const { nodes } = await existing(cluster, context);
  return nodes.map(({ ordinal }) => ({
    ordinal,
    name: nodeName(cluster.name, ordinal),
  }));
}
