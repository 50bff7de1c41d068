import { nodeName } from '../plan/model.ts';
import type { ActionContext } from './context.ts';
import { existing } from './existing.ts';
import type { Cluster } from './open-cluster.ts';
import type { Selectable } from './select-nodes.ts';

/** Names, ordinals and roles of the cluster's nodes. @throws {DeployerError} `no-such-cluster` */
export async function rememberedNodes(
  cluster: Cluster,
  context: ActionContext,
): Promise<readonly Selectable[]> {
  const { nodes } = await existing(cluster, context);
  return nodes.map(({ ordinal, roles }) => ({
    ordinal,
    roles,
    name: nodeName(cluster.name, ordinal),
  }));
}
