import { stripVTControlCharacters } from 'node:util';
import { DeployerError, type NodeFailure, toDeployerError } from '../errors.ts';
import type { Machine } from '../providers/provider.ts';
import { connect } from '../remote/connect.ts';
import type { Remote } from '../remote/remote.ts';
import type { ClusterKey } from '../state/secrets.ts';
import type { ActionContext } from './context.ts';
import { checkHostKey } from './host-key.ts';
import type { Node } from './nodes.ts';
import type { Place } from './open-place.ts';

/** A node that can be worked on. */
export interface ReachedNode extends Node {
  readonly machine: Machine;
  readonly remote: Remote;
}

/** Which nodes answered, and why the others did not. */
export interface Reach {
  readonly reached: readonly ReachedNode[];
  readonly failures: readonly NodeFailure[];
}

/** How connections are made. */
export interface ReachOptions {
  /** How long a node may take to answer at first, in milliseconds. */
  readonly timeoutMs: number;
  /** Whether host keys that were accepted are remembered: under the cluster's lock. */
  readonly pins: boolean;
  onProgress?(node: Node, text: string): void;
  onReached?(node: Node): void;
  /** Ends the attempt for this node; its reason is the node's failure. */
  signalFor?(node: Node): AbortSignal;
}

/**
 * Connects to one node as the cluster's own key, after checking that the machine is the one that was launched.
 * @throws {DeployerError} that says how far the connection came; the machine's console is shown where it never answered
 */
export async function reachNode(
  cluster: Place,
  node: Node,
  options: ReachOptions,
  context: ActionContext,
): Promise<ReachedNode> {
  const { machine } = node;
  const address = machine?.publicAddress ?? machine?.address;
  if (machine === undefined || address === undefined) {
    throw new DeployerError('no-machine', `${node.name} has no machine with an address`);
  }
  const { privateKey } = await knownKey(cluster);
  try {
    const remote = await connect(
      {
        node: node.name,
        address,
        port: 22,
        username: usernameOf(cluster, machine),
        privateKey,
        verifyHostKey: (key) =>
          checkHostKey(cluster, node.name, machine.id, key, { pins: options.pins, context }),
        timeoutMs: options.timeoutMs,
        dialing: cluster.provider.dialing,
      },
      {
        clock: context.clock,
        signal: AbortSignal.any([
          context.signal,
          ...(options.signalFor ? [options.signalFor(node)] : []),
        ]),
        onProgress: (text) => options.onProgress?.(node, text),
      },
    );
    cluster.connections.push(remote);
    options.onReached?.(node);
    return { ...node, machine, remote };
  } catch (error) {
    throw await withConsole(cluster, machine.id, error);
  }
}

/** The cluster's key. @throws {DeployerError} `key-lost` when the state folder has none (any more) */
export async function knownKey({ name, state, commandFor }: Place): Promise<ClusterKey> {
  const key = await state.secrets.existingClusterKey();
  if (key !== null) return key;
  throw new DeployerError('key-lost', `the key of ${name} is not in its state folder`, {
    hint: `Restore ${state.folder}, or remove the cluster: ${commandFor('destroy')}`,
  });
}

/** Connects to all nodes at once; what failed is given back beside what was reached, and nothing is thrown away. */
export async function reachNodes(
  cluster: Place,
  nodes: readonly Node[],
  options: ReachOptions,
  context: ActionContext,
): Promise<Reach> {
  const outcomes = await Promise.allSettled(
    nodes.map((node) => reachNode(cluster, node, options, context)),
  );
  const reached: ReachedNode[] = [];
  const failures: NodeFailure[] = [];
  outcomes.forEach((outcome, index) => {
    if (outcome.status === 'fulfilled') reached.push(outcome.value);
    else failures.push({ node: nodes[index]?.name ?? '', error: toDeployerError(outcome.reason) });
  });
  context.signal.throwIfAborted();
  return { reached, failures };
}

/** Whom a machine is logged into as. */
export function usernameOf({ login }: Pick<Place, 'login'>, machine: Machine | undefined): string {
  return machine?.login?.username ?? login.username;
}

/** Codes of the errors of a machine that gave no answer at all. */
export const neverAnswered: ReadonlySet<string> = new Set([
  'ssh-unreachable',
  'no-ssh-banner',
  'ssh-handshake-failed',
]);

async function withConsole(cluster: Place, id: string, error: unknown): Promise<unknown> {
  if (!(error instanceof DeployerError) || !neverAnswered.has(error.code)) return error;
  const text = await cluster.provider.consoleOutput(id).catch(() => '');
  const lines = stripVTControlCharacters(text).trimEnd().split('\n');
  const tail = lines.slice(-20).join('\n');
  const shown = tail === '' ? `(the console of ${id} is empty)` : `console of ${id}:\n${tail}`;
  return new DeployerError(error.code, error.message, {
    cause: error,
    retryable: error.retryable,
    excerpt: shown,
    hint: error.hint ?? 'Run the same command again, or destroy the cluster and create it anew.',
  });
}
