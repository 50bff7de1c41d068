import { stripVTControlCharacters } from 'node:util';
import { DeployerError, type NodeFailure, neverAnswered, toDeployerError } from '../errors.ts';
import type { Machine } from '../providers/provider.ts';
import { connect } from '../remote/connect.ts';
import type { Remote } from '../remote/remote.ts';
import { targetOf } from './connect-target.ts';
import type { ActionContext } from './context.ts';
import type { Node } from './nodes.ts';
import type { Place } from './open-place.ts';
import { rotateHostKey } from './rotate-host-key.ts';
import { type WayIn, wayTo } from './way-in.ts';

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
  const way = await wayTo(cluster, node);
  if (machine === undefined) throw new DeployerError('no-machine', `${node.name} has no machine`);
  try {
    const remote = await remoteTo(cluster, { ...node, machine }, way, options, context);
    if (options.pins) await rotate(cluster, machine, way, remote, context);
    options.onReached?.(node);
    return { ...node, machine, remote };
  } catch (error) {
    throw await withConsole(cluster, machine.id, error);
  }
}

/** A connection of its own, or the one over which a machine has said whose it is. */
async function remoteTo(
  cluster: Place,
  node: Node & { readonly machine: Machine },
  way: WayIn,
  options: ReachOptions,
  context: ActionContext,
): Promise<Remote> {
  const { name, machine } = node;
  const target = targetOf(cluster, { name, machineId: machine.id }, way, options, context);
  const ends = [context.signal, ...(options.signalFor ? [options.signalFor(node)] : [])];
  const deps = {
    clock: context.clock,
    signal: AbortSignal.any(ends),
    onProgress: (text: string) => options.onProgress?.(node, text),
  };
  if (cluster.hosts !== null) return cluster.hosts.connections.to(machine.id, target, deps);
  const remote = await connect(target, deps);
  cluster.connections.push(remote);
  return remote;
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

async function withConsole(cluster: Place, id: string, error: unknown): Promise<unknown> {
  if (!(error instanceof DeployerError) || !neverAnswered.has(error.code)) return error;
  const text = await cluster.provider.consoleOutput(id).catch(() => '');
  const lines = stripVTControlCharacters(text).trimEnd().split('\n');
  const tail = lines.slice(-20).join('\n');
  const shown = tail === '' ? `(the console of ${id} is empty)` : `console of ${id}:\n${tail}`;
  const ailments = await cluster.provider.ailments([id]).catch(() => new Map<string, string>());
  const ailment = ailments.get(id);
  return new DeployerError(error.code, error.message, {
    cause: error,
    retryable: error.retryable,
    excerpt: ailment === undefined ? shown : `${ailment}\n${shown}`,
    hint: error.hint ?? 'Run the same command again, or destroy the cluster and create it anew.',
  });
}
