import { DeployerError, type NodeFailure, toDeployerError } from '../errors.ts';
import { observe } from '../node/observe.ts';
import type { StepAnswer } from '../node/wish.ts';
import type { ClusterModel } from '../plan/model.ts';
import { nodeWishes } from '../plan/wishes.ts';
import { needsSudo, type ReachedNode } from './reach-nodes.ts';
import type { Run } from './run.ts';

/** What was seen on nodes. */
export interface Observed {
  /** What each node said about its wishes, by ordinal. */
  readonly observed: ReadonlyMap<number, readonly StepAnswer[]>;
  /** How many bundles each of them has applied, by ordinal. */
  readonly generations: ReadonlyMap<number, number>;
  /** Phases of which a node has not kept what was applied, by ordinal. */
  readonly unrecorded: ReadonlyMap<number, readonly string[]>;
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
  { cluster, context }: Pick<Run, 'cluster' | 'context'>,
): Promise<Observed> {
  const observed = new Map<number, readonly StepAnswer[]>();
  const generations = new Map<number, number>();
  const unrecorded = new Map<number, readonly string[]>();
  const failures: { node: string; error: DeployerError }[] = [];
  const observeOne = async (node: ReachedNode) => {
    const scope = model.nodes.find(({ ordinal }) => ordinal === node.ordinal);
    if (scope === undefined) return;
    const onProgress = (text: string) => {
      context.emit({ type: 'notice', level: 'info', message: `${node.name}: ${text}` });
    };
    const wishes = nodeWishes(model, scope);
    const supports = model.recipe.supports;
    const sudo = needsSudo(cluster);
    const { clock, signal } = context;
    try {
      const options = { clock, signal, sudo, onProgress };
      const seen = await observe(node.remote, { wishes, supports }, options);
      const { answers, generation, identity } = seen;
      if (identity !== null && identity.uid !== uid) throw foreignNode(node, identity.cluster);
      observed.set(node.ordinal, answers);
      generations.set(node.ordinal, generation);
      unrecorded.set(node.ordinal, seen.unrecorded);
    } catch (error) {
      failures.push({ node: node.name, error: toDeployerError(error) });
    }
  };
  await Promise.all(nodes.map(observeOne));
  context.signal.throwIfAborted();
  return { observed, generations, unrecorded, failures };
}

/** The error of a machine that bears the tags of one cluster and works for another. */
export function foreignNode({ name, machine }: ReachedNode, owner: string): DeployerError {
  const message = `${machine.id} works for ${owner}, another cluster, and is left alone`;
  return new DeployerError('foreign-node', message, {
    hint: `Remove the tag of this cluster from it, or replace it: --replace ${name}`,
  });
}
