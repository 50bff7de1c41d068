import type { ClusterModel } from '../plan/model.ts';
import type { Machine, MachineFigures } from '../providers/provider.ts';
import type { ClusterSnapshot } from '../state/cluster-snapshot.ts';
import type { ActionContext } from './context.ts';
import { existing } from './existing.ts';
import { modelOf, type Node, nodesOf } from './nodes.ts';
import type { Cluster } from './open-cluster.ts';
import { type Reach, reachNodes } from './reach-nodes.ts';

/** How long a machine that once worked may take to answer, in milliseconds. */
const answerTimeoutMs = 3_000;

/** A cluster that is looked at or worked on as it is, without being changed. */
export interface Look extends Reach {
  readonly snapshot: ClusterSnapshot;
  readonly figures: MachineFigures;
  readonly described: readonly Machine[];
  readonly model: ClusterModel;
  /** Every node, whether it answers or not. */
  readonly nodes: readonly Node[];
}

/**
 * Finds the cluster's machines and connects to those that run.
 * @param selected which nodes are meant
 * @throws {DeployerError} `no-such-cluster` when there is none
 */
export async function lookAt(
  cluster: Cluster,
  context: ActionContext,
  selected: (node: Node) => boolean = () => true,
): Promise<Look> {
  const snapshot = existing(cluster);
  const { provider, request } = cluster;
  const [described, figures] = await Promise.all([
    provider.describe(snapshot.uid),
    provider.figures(request.profile.instanceType),
  ]);
  const nodes = nodesOf(cluster, snapshot, described);
  const running = nodes.filter((node) => node.machine?.state === 'running' && selected(node));
  const options = { timeoutMs: answerTimeoutMs };
  const reach = await reachNodes(cluster, running, options, context);
  const model = modelOf(cluster, snapshot, nodes, figures);
  return { ...reach, snapshot, figures, described, model, nodes };
}
