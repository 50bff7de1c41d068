import { stripVTControlCharacters } from 'node:util';
import { DeployerError, type NodeFailure, toDeployerError } from '../errors.ts';
import type { Machine } from '../providers/provider.ts';
import { type ConnectTarget, connect } from '../remote/connect.ts';
import type { HostKey, Peer } from '../remote/host-key.ts';
import type { Remote } from '../remote/remote.ts';
import { checkBastionKey } from './bastion-key.ts';
import type { ActionContext } from './context.ts';
import { checkHostKey } from './host-key.ts';
import type { Node } from './nodes.ts';
import type { Place } from './open-place.ts';
import { rotateHostKey } from './rotate-host-key.ts';
import { identitiesOf, type WayIn, wayTo } from './way-in.ts';

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
  const way = await wayTo(cluster, node, context);
  if (machine === undefined) throw new DeployerError('no-machine', `${node.name} has no machine`);
  try {
    const remote = await connect(targetOf(cluster, { ...node, machine }, way, options, context), {
      clock: context.clock,
      signal: AbortSignal.any([
        context.signal,
        ...(options.signalFor ? [options.signalFor(node)] : []),
      ]),
      onProgress: (text) => options.onProgress?.(node, text),
    });
    cluster.connections.push(remote);
    if (options.pins) await rotate(cluster, machine, way, remote, context);
    options.onReached?.(node);
    return { ...node, machine, remote };
  } catch (error) {
    throw await withConsole(cluster, machine.id, error);
  }
}

function targetOf(
  cluster: Place,
  { name, machine }: Node & { readonly machine: Machine },
  way: WayIn,
  { timeoutMs, pins }: ReachOptions,
  context: ActionContext,
): ConnectTarget {
  const { address, port, username } = way;
  const identities = identitiesOf(way);
  const names = [address, name];
  const remembering = { pins, context };
  const through = way.hops.map((hop) => ({
    ...{ address: hop.address, port: hop.port, username: hop.username },
    identities: identitiesOf(hop),
    verifyHostKey: (key: HostKey, peer: Peer) =>
      checkBastionKey(cluster, hop, { key, peer }, remembering),
  }));
  return {
    ...{ node: name, address, port, username, identities, timeoutMs },
    dialing: cluster.provider.dialing,
    via: cluster.bastions.through(through),
    verifyHostKey: (key, peer) => {
      const answering = { node: name, machine, names, port, key, peer };
      return checkHostKey(cluster, answering, remembering);
    },
  };
}

/** A machine that is known by the key of its launch gets its own before anything else happens on it. */
function rotate(
  cluster: Place,
  machine: Machine,
  { address, port }: WayIn,
  remote: Remote,
  context: ActionContext,
): Promise<void> {
  const own = machine.address ?? address;
  const rotating = { machineId: machine.id, remote, address: own, port };
  return rotateHostKey(cluster, rotating, context);
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

/** Codes of the errors of a machine that gave no answer at all. */
export const neverAnswered: ReadonlySet<string> = new Set([
  'ssh-unreachable',
  'no-ssh-banner',
  'ssh-handshake-failed',
]);

async function withConsole(cluster: Place, id: string, error: unknown): Promise<unknown> {
  if (!(error instanceof DeployerError) || !neverAnswered.has(error.code)) return error;
  const { provider } = cluster;
  const [text, ailments] = await Promise.all([
    provider.consoleOutput(id).catch(() => ''),
    provider.ailments([id]).catch((): ReadonlyMap<string, string> => new Map()),
  ]);
  const ailment = ailments.get(id);
  const lines = stripVTControlCharacters(text).trimEnd().split('\n');
  const tail = lines.slice(-20).join('\n');
  const shown = tail === '' ? `(the console of ${id} is empty)` : `console of ${id}:\n${tail}`;
  return new DeployerError(error.code, error.message, {
    cause: error,
    retryable: error.retryable,
    excerpt: ailment === undefined ? shown : `${id}: ${ailment}\n${shown}`,
    hint: error.hint ?? 'Run the same command again, or destroy the cluster and create it anew.',
  });
}
