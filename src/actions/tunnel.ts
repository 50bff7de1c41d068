import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { ConnectionLost, DeployerError, NodesFailed, toDeployerError } from '../errors.ts';
import { openChannel } from '../probes/open-channel.ts';
import type { Remote } from '../remote/remote.ts';
import type { ActionContext, ClusterRequest } from './context.ts';
import { type Carry, listenLocally, loopback } from './listen-locally.ts';
import { lookAt } from './look-at.ts';
import { type Cluster, openCluster } from './open-cluster.ts';
import type { ReachedNode } from './reach-nodes.ts';
import { rememberedNodes } from './remembered-nodes.ts';
import { nodesNamed } from './select-nodes.ts';

/** Which port of which node to bring here. */
export interface TunnelRequest extends ClusterRequest {
  /** The node's ordinal or name. */
  readonly node: string;
  /** The port at the node's own 127.0.0.1. */
  readonly port: number;
  /** The port of this computer: the same when undefined, a free one when 0. */
  readonly local: number | undefined;
}

/** Where the tunnel was. */
export interface TunnelResult {
  readonly cluster: string;
  readonly node: string;
  readonly port: number;
  readonly local: number;
}

/**
 * Forwards a port of this computer to a port of a node, through the node's SSH connection, until it is interrupted.
 * @throws {UsageError} `local-port-unavailable`, before anything else is done
 * @throws {ConnectionLost} when the SSH connection ended
 */
export async function tunnel(
  request: TunnelRequest,
  context: ActionContext,
): Promise<TunnelResult> {
  const { port } = request;
  await using listener = await listenLocally(request.local ?? port);
  await using cluster = await openCluster(request, context);
  const { name: node, remote } = await reachOne(cluster, request.node, context);
  await using _serving = listener.serve(carryTo(remote, port, context));
  const local = listener.port;
  const message = `${loopback}:${local} → ${node}:${port}, until Ctrl-C`;
  context.emit({ type: 'notice', level: 'info', message });
  await untilStopped(remote, context);
  return { cluster: cluster.name, node, port, local };
}

async function reachOne(
  cluster: Cluster,
  word: string,
  context: ActionContext,
): Promise<ReachedNode> {
  const ordinals = nodesNamed(await rememberedNodes(cluster, context), [word]);
  const look = await lookAt(cluster, context, ({ ordinal }) => ordinals.has(ordinal));
  const [node] = look.reached;
  if (node !== undefined) return node;
  const names = look.failures.map((failure) => failure.node).join();
  throw new NodesFailed(`${names} cannot be reached`, look.failures, {
    hint: `See how the cluster is: ${cluster.commandFor('status')}`,
  });
}

/** Being stopped is how a tunnel ends, and no failure. */
async function untilStopped(remote: Remote, { signal }: ActionContext): Promise<void> {
  try {
    await remote.untilLost(signal);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

/** A connection that cannot be carried on is told of, and is the only one that ends. */
function carryTo(remote: Remote, port: number, { emit }: ActionContext): Carry {
  return async (socket, signal) => {
    try {
      const channel = await openChannel({ remote, signal }, { port });
      await join(socket, channel);
    } catch (error) {
      // What ends all connections is the tunnel's own end, and told as that.
      if (signal.aborted || error instanceof ConnectionLost) return;
      const { message } = toDeployerError(error);
      const { hint } = error instanceof DeployerError ? error : {};
      emit({ type: 'notice', level: 'warning', message, ...(hint !== undefined && { hint }) });
    }
  };
}

/** Passes bytes and the end of each direction on; resolves when the socket is closed, after its channel. */
async function join(socket: Socket, channel: Duplex): Promise<void> {
  try {
    channel.once('close', () => socket.destroySoon());
    if (socket.destroyed) return;
    await new Promise((done) => {
      socket.once('close', done);
      socket.pipe(channel).pipe(socket);
    });
  } finally {
    channel.destroy();
  }
}
