import type { Machine } from '../providers/provider.ts';
import type { NodeScope } from '../recipe/scope.ts';
import { orAbort } from '../remote/deadline.ts';
import type { Remote } from '../remote/remote.ts';
import type { AskedNode } from './ask-nodes.ts';
import type { ActionContext } from './context.ts';
import { type Found, notRunning } from './look-at.ts';
import type { Node } from './nodes.ts';
import type { Cluster } from './open-cluster.ts';
import { type ReachedNode, reachNode } from './reach-nodes.ts';
import { usernameOf } from './way-in.ts';

/** A node that is being connected to. */
export interface Contact {
  readonly scope: NodeScope;
  readonly machine: Machine | undefined;
  /** Whether its login user becomes root only with sudo. */
  readonly needsSudo: boolean;
  /** The node once it is connected; rejects with the reason when it could not be. */
  readonly reached: Promise<ReachedNode>;
}

/**
 * Begins to connect to every node at once, so that each can be asked as soon as it is there and no silent one keeps
 * the others waiting.
 * @param timeoutMs how long each node may take to answer
 */
export function contactNodes(
  cluster: Cluster,
  { model, nodes }: Found,
  timeoutMs: number,
  context: ActionContext,
): readonly Contact[] {
  const reach = async (node: Node | undefined) => {
    if (node?.machine?.state !== 'running') throw notRunning(node?.machine);
    return reachNode(cluster, node, { timeoutMs, pins: false }, context);
  };
  return model.nodes.map((scope) => {
    const node = nodes.find(({ ordinal }) => ordinal === scope.ordinal);
    const needsSudo = usernameOf(cluster, node?.machine) !== 'root';
    return { scope, machine: node?.machine, needsSudo, reached: reach(node) };
  });
}

/** The node as one that is asked: every question waits until it is connected. */
export function askedOnceReached({ scope, needsSudo, reached }: Contact): AskedNode {
  return { scope, remote: remoteOnceReached({ node: scope.name, needsSudo }, reached) };
}

/** A connection whose calls wait until it has come about, and fail with its error when it does not. */
export function remoteOnceReached(
  { node, needsSudo }: Pick<Remote, 'node' | 'needsSudo'>,
  reached: Promise<{ readonly remote: Remote }>,
): Remote {
  return {
    node,
    needsSudo,
    exec: async (command, options) => {
      const { remote } = await orAbort(reached, options?.signal);
      return remote.exec(command, options);
    },
    openTcp: async (port, host) => (await reached).remote.openTcp(port, host),
    untilLost: async (signal) => {
      const { remote } = await orAbort(reached, signal);
      return remote.untilLost(signal);
    },
    close: async () => (await reached).remote.close(),
  };
}
