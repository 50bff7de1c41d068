import { DeployerError, type NodeFailure, toDeployerError } from '../errors.ts';
import type { AskOptions } from '../node/ask.ts';
import { type Observation, type ObserveRequest, observe } from '../node/observe.ts';
import type { StepAnswer } from '../node/wish.ts';
import type { ClusterModel } from '../plan/model.ts';
import { nodeWishes } from '../plan/wishes.ts';
import { supportedBy } from '../recipe/composition.ts';
import { type ClockReading, clockReading } from './clock-skew.ts';
import type { ActionContext } from './context.ts';
import type { ReachedNode } from './reach-nodes.ts';

/** What was seen on nodes. */
export interface Observed {
  /** What each node said about its wishes, by ordinal. */
  readonly observed: ReadonlyMap<number, readonly StepAnswer[]>;
  /** How many bundles each of them has applied, by ordinal. */
  readonly generations: ReadonlyMap<number, number>;
  /** Phases of which a node has not kept what was applied, by ordinal. */
  readonly unrecorded: ReadonlyMap<number, readonly string[]>;
  readonly clocks: readonly ClockReading[];
  readonly failures: readonly NodeFailure[];
}

/**
 * Compares every node with what it is to be, all at once and without changing anything.
 * @param uid of the cluster; a machine that works for another one is a failure of its node
 */
export async function observeNodes(
  model: ClusterModel,
  uid: string,
  nodes: readonly ReachedNode[],
  context: ActionContext,
): Promise<Observed> {
  const observed = new Map<number, readonly StepAnswer[]>();
  const generations = new Map<number, number>();
  const unrecorded = new Map<number, readonly string[]>();
  const clocks: ClockReading[] = [];
  const failures: { node: string; error: DeployerError }[] = [];
  const observeOne = async (node: ReachedNode) => {
    const scope = model.nodes.find(({ ordinal }) => ordinal === node.ordinal);
    if (scope === undefined) return;
    const request = { wishes: nodeWishes(model, scope), supports: supportedBy(model.composition) };
    const options = askOptions(node, context);
    try {
      const beganMs = context.clock.now();
      const seen = await observeOwn(node, uid, request, options);
      const during = [beganMs, context.clock.now()] as const;
      clocks.push(clockReading(node.name, seen.facts.clockMs, during));
      observed.set(node.ordinal, seen.answers);
      generations.set(node.ordinal, seen.generation);
      unrecorded.set(node.ordinal, seen.unrecorded);
    } catch (error) {
      failures.push({ node: node.name, error: toDeployerError(error) });
    }
  };
  await Promise.all(nodes.map(observeOne));
  context.signal.throwIfAborted();
  return { observed, generations, unrecorded, clocks, failures };
}

/** How a node is asked, with what it waits for told as a notice. */
export function askOptions(
  { name }: ReachedNode,
  { clock, signal, emit }: ActionContext,
): AskOptions {
  const onProgress = (text: string) => {
    emit({ type: 'notice', level: 'info', message: `${name}: ${text}` });
  };
  return { clock, signal, onProgress };
}

/**
 * What {@link observe} gives for a node of the cluster with this uid.
 * @throws {DeployerError} `foreign-node` when the machine works for another one; otherwise as {@link observe}
 */
export async function observeOwn(
  node: ReachedNode,
  uid: string,
  request: ObserveRequest,
  options: AskOptions,
): Promise<Observation> {
  const seen = await observe(node.remote, request, options);
  const { identity } = seen;
  if (identity !== null && identity.uid !== uid) throw foreignNode(node, identity.cluster);
  return seen;
}

/** The error of a machine that bears the tags of one cluster and works for another. */
function foreignNode({ name, machine }: ReachedNode, owner: string): DeployerError {
  const message = `${machine.id} works for ${owner}, another cluster, and is left alone`;
  return new DeployerError('foreign-node', message, {
    hint: `Remove the tag of this cluster from it, or replace it: --replace ${name}`,
  });
}
