import { UsageError } from '../errors.ts';
import type { ActionContext, ClusterRequest } from './context.ts';
import { existing } from './existing.ts';
import { nodesOf } from './nodes.ts';
import { openCluster } from './open-cluster.ts';
import { machineSettings, sshArguments } from './openssh-settings.ts';
import { runningMachine } from './running-node.ts';
import { nodesNamed } from './select-nodes.ts';
import { wayTo } from './way-in.ts';

/** Where to log in. */
export interface SshRequest extends ClusterRequest {
  /** The node's ordinal or name. */
  readonly node: string;
  /** What to run there; a login shell when empty. */
  readonly command: readonly string[];
}

/** The program to run with the terminal, and its arguments. */
export interface SshResult {
  readonly file: string;
  readonly args: readonly string[];
}

/**
 * The call of the OpenSSH client that logs in to a node as the cluster's own key, with the host key that was pinned
 * when the node was first reached, through the hosts on the way.
 * @throws {DeployerError} `not-running` when the node has no running machine
 */
export async function ssh(request: SshRequest, context: ActionContext): Promise<SshResult> {
  await using cluster = await openCluster(request, context);
  const snapshot = await existing(cluster, context);
  const nodes = nodesOf(cluster, snapshot, await cluster.provider.describe(snapshot.uid));
  const [ordinal] = nodesNamed(nodes, [request.node]);
  const node = nodes.find((candidate) => candidate.ordinal === ordinal);
  if (node === undefined) throw new UsageError('unknown-node', `no node "${request.node}"`);
  const machine = runningMachine(cluster, node);
  const way = await wayTo(cluster, node);
  const settings = machineSettings(cluster.state, machine.id, way);
  const options = sshArguments(cluster.state, settings, way.hops);
  return { file: 'ssh', args: [...options, way.address, ...request.command] };
}
