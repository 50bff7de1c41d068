import { type DeployerError, type NodeFailure, toDeployerError } from '../errors.ts';
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
  readonly failures: readonly NodeFailure[];
}

/** Compares every node with what it is to be, all at once and without changing anything. */
export async function observeNodes(
  model: ClusterModel,
  nodes: readonly ReachedNode[],
  { cluster, context }: Pick<Run, 'cluster' | 'context'>,
): Promise<Observed> {
  const observed = new Map<number, readonly StepAnswer[]>();
  const generations = new Map<number, number>();
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
      const { answers, generation } = await observe(
        node.remote,
        { wishes, supports },
        { clock, signal, sudo, onProgress },
      );
      observed.set(node.ordinal, answers);
      generations.set(node.ordinal, generation);
    } catch (error) {
      failures.push({ node: node.name, error: toDeployerError(error) });
    }
  };
  await Promise.all(nodes.map(observeOne));
  context.signal.throwIfAborted();
  return { observed, generations, failures };
}
