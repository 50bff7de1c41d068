import { DeployerError, type NodeFailure } from '../errors.ts';
import type { ClusterModel } from '../plan/model.ts';
import type { ActionContext } from './context.ts';
import { existing } from './existing.ts';
import { modelOf, type Node, nodesOf } from './nodes.ts';
import type { Cluster } from './open-cluster.ts';
import { type Reach, reachNodes } from './reach-nodes.ts';

/** How long a machine that once worked may take to answer, in milliseconds. */
const answerTimeoutMs = 5_000;

/** A cluster that is looked at or worked on as it is, without being changed. */
export interface Look extends Reach {
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
  const snapshot = await existing(cluster, context);
  const { provider, request } = cluster;
  const [described, figures] = await Promise.all([
    provider.describe(snapshot.uid),
    provider.figures(request.profile.instanceType),
  ]);
  const nodes = nodesOf(cluster, snapshot, described);
  const wanted = nodes.filter(selected);
  const running = wanted.filter((node) => node.machine?.state === 'running');
  const options = { timeoutMs: answerTimeoutMs, pins: false };
  const { reached, failures } = await reachNodes(cluster, running, options, context);
  const down = wanted.filter((node) => !running.includes(node)).map(notRunning);
  const model = modelOf(cluster, snapshot, nodes, figures);
  return {
    ...{ model, nodes, reached },
    failures: [...down, ...failures],
  };
}

function notRunning({ name, machine }: Node): NodeFailure {
  const message = `its machine is ${machine?.state ?? 'absent'}`;
  return { node: name, error: new DeployerError('not-running', message) };
}
