import { DeployerError, UsageError } from '../errors.ts';
import type { ActionContext, ClusterRequest } from './context.ts';
import { existing } from './existing.ts';
import { nodesOf } from './nodes.ts';
import { openCluster } from './open-cluster.ts';
import { usernameOf } from './reach-nodes.ts';
import { nodesNamed } from './select-nodes.ts';
import { knownKey } from './way-in.ts';

/** How long a node may take for its part of the handshake; without a limit that is as long as TCP goes on trying. */
const connectTimeoutSeconds = 10;

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
 * when the node was first reached.
 * @throws {DeployerError} `not-running` when the node has no running machine
 */
export async function ssh(request: SshRequest, context: ActionContext): Promise<SshResult> {
  await using cluster = await openCluster(request, context);
  const snapshot = await existing(cluster, context);
  const nodes = nodesOf(cluster, snapshot, await cluster.provider.describe(snapshot.uid));
  const [ordinal] = nodesNamed(nodes, [request.node]);
  const node = nodes.find((candidate) => candidate.ordinal === ordinal);
  if (node === undefined) throw new UsageError('unknown-node', `no node "${request.node}"`);
  const { machine, name } = node;
  const address = machine?.publicAddress ?? machine?.address;
  if (machine?.state !== 'running' || address === undefined) {
    throw new DeployerError(
      'not-running',
      `the machine of ${name} is ${machine?.state ?? 'absent'}`,
      {
        hint: `See how the cluster is: ${cluster.commandFor('status')}`,
      },
    );
  }
  const { privateKeyFile } = await knownKey(cluster);
  const options = {
    IdentityFile: privateKeyFile,
    IdentitiesOnly: 'yes',
    UserKnownHostsFile: cluster.state.hostKeys.file,
    GlobalKnownHostsFile: '/dev/null',
    HostKeyAlias: machine.id,
    StrictHostKeyChecking: 'yes',
    ConnectTimeout: String(connectTimeoutSeconds),
    User: usernameOf(cluster, machine),
  };
  const settings = Object.entries(options).flatMap(([key, value]) => ['-o', sshOption(key, value)]);
  return { file: 'ssh', args: [...settings, address, ...request.command] };
}

/**
 * An option as OpenSSH reads it: in quotes, since a path may hold spaces, and with `%`, which begins a token, doubled.
 * @see ssh_config(5)
 */
function sshOption(key: string, value: string): string {
  return `${key}="${value.replaceAll('%', '%%')}"`;
}
