import { runStages } from '../engine/run-stages.ts';
import { type NodeFailure, NodesFailed } from '../errors.ts';
import type { ClusterModel } from '../plan/model.ts';
import { countMachines, makePlan } from '../plan/plan.ts';
import type { ClusterSnapshot } from '../state/cluster-snapshot.ts';
import { ensureMachines, type Site } from './ensure-machines.ts';
import { modelOf, nodesOf } from './nodes.ts';
import { type Observed, observeNodes } from './observe-nodes.ts';
import type { ReachedNode } from './reach-nodes.ts';
import type { Run } from './run.ts';
import { workOn } from './stage-work.ts';
import { type Survey, unknownOf } from './survey.ts';

/** A cluster on which everything planned was done. */
export interface WorkedCluster {
  readonly model: ClusterModel;
  readonly reached: readonly ReachedNode[];
}

/**
 * Does what the plan of a survey says: machines first, then the recipe's stages.
 * @throws {NodesFailed} once everything that could be done was done, with every node that is not as it should be
 */
export async function carryOut(
  run: Run,
  wished: ClusterSnapshot,
  seen: Survey,
): Promise<WorkedCluster> {
  const site = await machinesUp(run, wished, seen);
  const known = await observeAgain(run, site, seen);
  const snapshot = await run.save(withFounders(site.snapshot, known));
  const model = modelOf(run.cluster, snapshot, site.nodes, seen.figures);
  const { observed } = known;
  const unknown = unknownOf(model.nodes, known);
  const plan = makePlan({ model, machines: seen.machines, observed, unknown });
  const workable = site.reached.filter(({ ordinal }) => !unknown.has(ordinal));
  const reached = new Map(workable.map((node) => [node.ordinal, node]));
  const work = workOn({ run, model, reached, generations: new Map(known.generations) });
  const absent = model.nodes.filter(({ ordinal }) => !reached.has(ordinal));
  const names = new Set(absent.map(({ name }) => name));
  const failed = await runStages(plan.stages, names, work, run.context);
  assertNone(run, snapshot, [...site.failures, ...known.failures, ...failed]);
  return { model, reached: site.reached };
}

async function machinesUp(run: Run, wished: ClusterSnapshot, seen: Survey): Promise<Site> {
  if (countMachines(seen) === 0) {
    const nodes = nodesOf(run.cluster, wished, seen.described);
    return { snapshot: wished, nodes, reached: seen.reached, failures: seen.failures };
  }
  const site = await ensureMachines(run, wished, seen.machines);
  return {
    ...site,
    reached: [...seen.reached, ...site.reached],
    failures: [...seen.failures, ...site.failures],
  };
}

/** What was known of the nodes holds only as long as no machine came up: each node's files name all addresses. */
async function observeAgain(run: Run, site: Site, seen: Survey): Promise<Observed> {
  if (countMachines(seen) === 0) return { ...seen, failures: [] };
  const model = modelOf(run.cluster, site.snapshot, site.nodes, seen.figures);
  return observeNodes(model, site.reached, run);
}

/** Who founds is settled when the first bundle is about to be sent, and never again once one was applied. */
function withFounders(snapshot: ClusterSnapshot, { generations }: Observed): ClusterSnapshot {
  const hasBegun = [...generations.values()].some((generation) => generation > 0);
  if (hasBegun && snapshot.recorded['founders'] !== undefined) return snapshot;
  const founders = snapshot.nodes.map(({ ordinal, incarnation }) => ({ ordinal, incarnation }));
  return { ...snapshot, recorded: { ...snapshot.recorded, founders } };
}

function assertNone(run: Run, snapshot: ClusterSnapshot, failures: readonly NodeFailure[]): void {
  if (failures.length === 0) return;
  const nodes = new Set(failures.map(({ node }) => node)).size;
  const total = snapshot.nodes.length;
  throw new NodesFailed(
    `${nodes} of ${total} nodes of ${run.cluster.name} are not as they should be`,
    failures,
  );
}
