import { DeployerError } from '../errors.ts';
import type { ClusterModel } from '../plan/model.ts';
import type { Machine } from '../providers/provider.ts';
import type { ActionContext } from './context.ts';
import { describeCluster } from './describe-cluster.ts';
import { existing } from './existing.ts';
import { modelOf, type Node, nodesOf } from './nodes.ts';
import type { Cluster } from './open-cluster.ts';
import { type Reach, reachNodes } from './reach-nodes.ts';

/** How long a machine that once worked may take to answer, in milliseconds. */
const answerTimeoutMs = 3_000;

/** A cluster as the cloud shows it. */
export interface Found {
  readonly model: ClusterModel;
  /** Every node, whether it has a machine or not. */
  readonly nodes: readonly Node[];
}

/** A cluster that is looked at or worked on as it is, without being changed. */
export interface Look extends Found, Reach {}

/** Finds the cluster's machines. @throws {DeployerError} `no-such-cluster` when there is none */
export async function findNodes(cluster: Cluster, context: ActionContext): Promise<Found> {
  const snapshot = await existing(cluster, context);
  const { described, figures } = await describeCluster(cluster, snapshot, context);
  const nodes = nodesOf(cluster, snapshot, described);
  // Nobody asks for a secret where nothing is configured.
  return {
    nodes,
    model: modelOf(cluster, snapshot, nodes, { figures, secrets: {}, artifacts: new Map() }),
  };
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
  const { model, nodes } = await findNodes(cluster, context);
  const wanted = nodes.filter(selected);
  const running = wanted.filter((node) => node.machine?.state === 'running');
  const options = { timeoutMs: answerTimeoutMs, pins: false };
  const { reached, failures } = await reachNodes(cluster, running, options, context);
  const down = wanted
    .filter((node) => !running.includes(node))
    .map((node) => ({ node: node.name, error: notRunning(node.machine) }));
  return { model, nodes, reached, failures: [...down, ...failures] };
}

/** Why a node without a running machine gives no answer. */
export function notRunning(machine: Machine | undefined): DeployerError {
  return new DeployerError('not-running', `its machine is ${machine?.state ?? 'absent'}`);
}
