import { runStages, type StagesOutcome } from '../engine/run-stages.ts';
import { DeployerError, NodesFailed } from '../errors.ts';
import type { ClusterModel } from '../plan/model.ts';
import { countMachines, makePlan, type Plan } from '../plan/plan.ts';
import type { ClusterSnapshot } from '../state/cluster-snapshot.ts';
import { askedNodes } from './ask-nodes.ts';
import { ensureMachines, type Site } from './ensure-machines.ts';
import { modelOf, nodesOf } from './nodes.ts';
import { type Observed, observeNodes } from './observe-nodes.ts';
import type { ReachedNode } from './reach-nodes.ts';
import { madeSecrets } from './recipe-secrets.ts';
import { unsettled, withRecorded } from './recorded-values.ts';
import type { Run } from './run.ts';
import { withNewestQuestions, withQuestions } from './service-questions.ts';
import { workOn } from './stage-work.ts';
import { askStandings } from './standings.ts';
import { type Survey, unknownOf } from './survey.ts';

/** A cluster on which everything planned was done. */
export interface WorkedCluster {
  readonly model: ClusterModel;
  readonly reached: readonly ReachedNode[];
}

/** What is carried out, and how. */
export interface Undertaking {
  readonly wished: ClusterSnapshot;
  readonly seen: Survey;
  /** What was shown before. */
  readonly plan: Plan;
  /** Whether nodes are restarted although too few of the others serve. */
  readonly force: boolean;
}

/**
 * Does what a plan says: machines first, then the recipe's stages.
 * @throws {NodesFailed} once everything that could be done was done, with every node that is not as it should be
 * @throws {DeployerError} `reality-moved` when more would have to be done than the plan said
 */
export async function carryOut(run: Run, undertaking: Undertaking): Promise<WorkedCluster> {
  const { seen, force } = undertaking;
  const site = await machinesUp(run, undertaking);
  const known = await observeAgain(run, site, seen);
  const open = unsettled(site.snapshot, known.generations);
  const secrets = await madeSecrets(run.cluster);
  const model = modelOf(run.cluster, open, site.nodes, { ...seen.known, secrets });
  // What is settled, and how nodes are asked from now on, is remembered before the first of them is changed.
  const settled = withRecorded(withQuestions(model, open), model);
  const snapshot = await run.save({ ...settled, unfinished: true });
  const unknown = unknownOf(model.nodes, known);
  const workable = site.reached.filter(({ ordinal }) => !unknown.has(ordinal));
  const plan = await planAgain(run, model, { ...known, unknown, workable }, undertaking);
  const reached = new Map(workable.map((node) => [node.ordinal, node]));
  const generations = new Map(known.generations);
  const work = workOn(
    { run, model, snapshot, artifacts: seen.artifacts, reached, generations },
    force,
  );
  const absent = model.nodes.filter(({ ordinal }) => !reached.has(ordinal));
  const names = new Set(absent.map(({ name }) => name));
  const { failures, untouched } = await runStages(plan.stages, names, work, run.context);
  const all = [...site.failures, ...known.failures, ...failures];
  assertNone(run, snapshot, { failures: all, untouched });
  await run.save({ ...withNewestQuestions(run.snapshot ?? snapshot), unfinished: false });
  return { model, reached: site.reached };
}

async function machinesUp(run: Run, { wished, seen }: Undertaking): Promise<Site> {
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
  const model = modelOf(run.cluster, site.snapshot, site.nodes, seen.known);
  return observeNodes(model, site.snapshot.uid, site.reached, run.context);
}

/** The plan that was shown, with real addresses in the place of what stood for them. */
async function planAgain(
  run: Run,
  model: ClusterModel,
  now: Observed & Pick<Survey, 'unknown'> & { readonly workable: readonly ReachedNode[] },
  { seen, plan, wished: snapshot }: Undertaking,
): Promise<Plan> {
  const { observed, unrecorded, unknown, workable } = now;
  const nodes = askedNodes(model, workable);
  const standings =
    countMachines(seen) === 0
      ? seen.standings
      : await askStandings({ model, snapshot, observed, nodes }, run.context);
  const { machines, machineType } = seen;
  const again = makePlan({
    model,
    machines,
    machineType,
    observed,
    unrecorded,
    unknown,
    standings,
  });
  const shown = changesById(plan);
  const unforeseen = [...changesById(again)].filter(([id]) => !shown.has(id));
  if (unforeseen.length === 0) return again;
  throw new DeployerError('reality-moved', 'nodes changed while machines came up', {
    excerpt: unforeseen.map(([, text]) => text).join('\n'),
    hint: 'The machines are kept, and no node was touched. Run the same command again to see a new plan and carry it out.',
  });
}

/** What changes in words, by what it is, whose text may still have stood for something unknown. */
function changesById({ nodes }: Plan): ReadonlyMap<string, string> {
  return new Map(
    nodes.flatMap(({ name, changes }) =>
      changes.map(({ id, title }) => [`${name} ${id}`, `${name}: ${title}`] as const),
    ),
  );
}

function assertNone(
  run: Run,
  snapshot: ClusterSnapshot,
  { failures, untouched }: StagesOutcome,
): void {
  if (failures.length === 0) return;
  const nodes = new Set(failures.map(({ node }) => node)).size;
  const message = `${nodes} of ${snapshot.nodes.length} nodes of ${run.cluster.name} are not as they should be`;
  throw new NodesFailed(message, failures, leftAlone(untouched));
}

function leftAlone(untouched: readonly string[]): { readonly hint?: string } {
  if (untouched.length === 0) return {};
  return { hint: `Not begun, and left as they were: ${untouched.join(', ')}.` };
}
