import type { MachineChange } from '../plan/machines.ts';
import type { ClusterModel } from '../plan/model.ts';
import type { Machine, MachineFigures } from '../providers/provider.ts';
import type { ClusterSnapshot } from '../state/cluster-snapshot.ts';
import { decideMachines } from './ensure-machines.ts';
import { modelOf, type Node, nodesOf } from './nodes.ts';
import { type Observed, observeNodes } from './observe-nodes.ts';
import { type Reach, type ReachedNode, reachNodes } from './reach-nodes.ts';
import type { Run } from './run.ts';

const knownTimeoutMs = 15_000;

/** What was found out about a cluster. */
export interface Survey extends Observed {
  readonly model: ClusterModel;
  readonly figures: MachineFigures;
  readonly described: readonly Machine[];
  /** What has to happen to the machines. */
  readonly machines: readonly MachineChange[];
  /** Ordinals of nodes that have a machine and could not be observed. */
  readonly unknown: ReadonlySet<number>;
  /** The nodes that could be observed. */
  readonly reached: readonly ReachedNode[];
}

/** Observes a cluster: one call to the cloud, one exchange with each of its nodes, and no effects. */
export async function survey(run: Run, snapshot: ClusterSnapshot): Promise<Survey> {
  const { cluster } = run;
  const { provider, request } = cluster;
  const [described, figures] = await Promise.all([
    provider.describe(snapshot.uid),
    provider.figures(request.profile.instanceType),
  ]);
  const machines = decideMachines(snapshot, described);
  const nodes = nodesOf(cluster, snapshot, described);
  const kept = nodes.filter(({ ordinal }) =>
    machines.some((change) => change.ordinal === ordinal && change.action === 'keep'),
  );
  const { reached, failures } = await reachKept(run, snapshot, kept);
  const model = modelOf(cluster, snapshot, nodes, figures);
  const observed = await observeNodes(model, reached, run);
  return {
    ...observed,
    ...{ model, figures, described, machines },
    unknown: unknownOf(kept, observed),
    reached: reached.filter(({ ordinal }) => observed.observed.has(ordinal)),
    failures: [...failures, ...observed.failures],
  };
}

/** A machine that once worked answers soon or not at all; one of a run that was cut short may still be booting. */
function reachKept(
  { cluster, context }: Run,
  snapshot: ClusterSnapshot,
  nodes: readonly Node[],
): Promise<Reach> {
  const { reachTimeoutMs } = cluster.request.profile;
  const isFormed = snapshot.formed.length > 0;
  const told = new Set<string>();
  return reachNodes(
    cluster,
    nodes,
    {
      timeoutMs: isFormed ? Math.min(reachTimeoutMs, knownTimeoutMs) : reachTimeoutMs,
      pins: true,
      onProgress: (node, text) => {
        if (told.has(node.name)) return;
        told.add(node.name);
        context.emit({ type: 'notice', level: 'info', message: `${node.name}: ${text}, waiting` });
      },
    },
    context,
  );
}

/** Which of the nodes that have a machine could not be observed. */
export function unknownOf(
  nodes: readonly Pick<Node, 'ordinal'>[],
  { observed }: Observed,
): ReadonlySet<number> {
  const ordinals = nodes.map(({ ordinal }) => ordinal);
  return new Set(ordinals.filter((ordinal) => !observed.has(ordinal)));
}
