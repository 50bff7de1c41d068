import { DeployerError } from '../errors.ts';
import { isAlive } from '../plan/machines.ts';
import { changesAnything, makePlan, type Plan } from '../plan/plan.ts';
import type { ClusterSnapshot } from '../state/cluster-snapshot.ts';
import { askedNodes } from './ask-nodes.ts';
import { assertSafe } from './assert-safe.ts';
import { carryOut, type WorkedCluster } from './carry-out.ts';
import type { ActionContext, ChangeRequest, RunRequest } from './context.ts';
import { describePlan } from './describe-plan.ts';
import { endSuperseded } from './end-superseded.ts';
import { refreshNetwork } from './ensure-network.ts';
import { fetchArtifacts } from './fetch-artifacts.ts';
import { dropSpentHostKeys } from './given-host-keys.ts';
import { labelMachines, settleOpenLaunches } from './launch-machines.ts';
import { nodesOf } from './nodes.ts';
import { openCluster } from './open-cluster.ts';
import { outputsOf } from './outputs.ts';
import { assertEndable, endedBy, liftProtection } from './protection.ts';
import { assertProven, type ProofResult, proveCluster } from './prove-cluster.ts';
import { type Run, withRun } from './run.ts';
import { assertSamePlan, readSavedPlan, type SavedPlan } from './saved-plan.ts';
import { nodesNamed } from './select-nodes.ts';
import { type Survey, survey } from './survey.ts';
import { tellNotices } from './tell-notices.ts';
import { wishedSnapshot } from './wished-snapshot.ts';

/** A create that changed nothing leaves nothing behind either. */
const lookingClasses = ['read'] as const;
const provingClasses = ['read', 'write'] as const;

/** A machine that once worked answers soon or not at all. */
const knownTimeoutMs = 15_000;

/** What the cluster is to be. */
export interface CreateRequest extends ChangeRequest, RunRequest {
  /** Whether missing programs of the local cloud may be installed on this computer. */
  readonly setup: boolean;
  /** Whether nodes are restarted although too few of the others serve. */
  readonly force: boolean;
  /** Whether machines that are replaced are ended though the cloud protects them. */
  readonly forceUnprotect: boolean;
  /** The file of a saved plan, which is applied as it is or not at all. */
  readonly plan: string | undefined;
}

/** A cluster that has been proven to work. */
export interface CreateResult {
  readonly cluster: string;
  readonly run: string;
  /** False when everything was already as wished. */
  readonly changed: boolean;
  readonly ms: number;
  readonly nodes: readonly { readonly name: string; readonly address: string }[];
  readonly proofs: readonly ProofResult[];
  readonly outputs: Readonly<Record<string, string>>;
  /** How many calls the cloud got, by what they ask for; empty on this computer. */
  readonly calls: Readonly<Record<string, number>>;
}

/**
 * Brings a cluster about, or back to what it is to be: observe, plan, act, prove.
 * After failure everything that was done is remembered, and the same call goes on from there.
 * @throws {NodesFailed} with every node's error, {DeployerError} `not-proven` when the cluster runs but does not work,
 * `quorum-endangered` and `machines-lost` before anything is touched
 */
export async function create(
  request: CreateRequest,
  context: ActionContext,
): Promise<CreateResult> {
  const saved = request.plan === undefined ? null : await readSavedPlan(request, context);
  const asked = saved === null ? request : { ...request, ...saved.request };
  const open = () => openCluster(asked, context);
  return withRun('create', open, asked, context, (run) => bringAbout(run, asked, saved));
}

async function bringAbout(
  run: Run,
  request: CreateRequest,
  saved: SavedPlan | null,
): Promise<CreateResult> {
  const { cluster, context } = run;
  await settleOpenLaunches(run);
  const snapshot = await wishedSnapshot(cluster, run.snapshot, context);
  let round = await converge(run, snapshot, request, saved);
  while (round.size < cluster.request.count) {
    const next = await wishedSnapshot(cluster, run.snapshot, context);
    if (next.nodes.length <= round.size) throw notGrown(cluster.name, round.size);
    round = await converge(run, next, { ...request, replace: [] }, null);
  }
  // Where a run was cut short in the middle of it, a machine's new key may have been settled by its next contact.
  await dropSpentHostKeys(cluster.state);
  const { model, reached, changed } = round;
  const proving = { classes: changed ? provingClasses : lookingClasses, patient: true };
  const proofs = await proveCluster(model, askedNodes(model, reached), proving, context);
  assertProven(cluster.name, proofs);
  return {
    cluster: cluster.name,
    run: run.id,
    changed,
    ms: run.elapsedMs(),
    nodes: model.nodes.map(({ name, address }) => ({ name, address })),
    proofs,
    outputs: outputsOf(model),
    calls: callsOf(cluster),
  };
}

/** On a cloud of others calls are counted, and may run out. */
function callsOf({ provider, request }: Run['cluster']): CreateResult['calls'] {
  return request.credentials.kind === 'ec2' ? Object.fromEntries(provider.calls()) : {};
}

/** A cluster that is as wished, up to the size of this round. */
interface Round extends WorkedCluster {
  readonly size: number;
  readonly changed: boolean;
}

async function converge(
  run: Run,
  before: ClusterSnapshot,
  { replace, force, forceUnprotect, setup }: CreateRequest,
  saved: SavedPlan | null,
): Promise<Round> {
  const { cluster, context } = run;
  const ordinals = nodesNamed(nodesOf(cluster, before, []), replace);
  const options = { timeoutMs: knownTimeoutMs, isRun: true, replace: ordinals, setup };
  const wished = await refreshNetwork(run, before);
  const seen = await survey(cluster, wished, options, context);
  const plan = makePlan(seen);
  assertSafe(cluster, plan, force);
  if (saved !== null) assertSamePlan(saved, plan);
  const kept = await assertEndable(cluster, endedBy(seen.machines), forceUnprotect);
  tellPlan(run, plan, seen);
  await fetchArtifacts(cluster, plan, seen.artifacts, context);
  if (run.snapshot !== null && !isSame(run.snapshot, wished)) await run.save(wished);
  await endSuperseded(run, seen.described);
  await labelAdopted(run, wished, seen);
  await liftProtection(run, kept);
  const changed = changesAnything(plan) || seen.failures.length > 0;
  const undertaking = { wished, seen, plan, force };
  const hasWork = changed || plan.stages.length > 0;
  const worked = hasWork ? await carryOut(run, undertaking) : seen;
  return { model: worked.model, reached: worked.reached, size: wished.nodes.length, changed };
}

function tellPlan({ cluster, context }: Run, plan: Plan, { model, unknown }: Survey): void {
  const summary = describePlan(cluster, plan, unknown.size);
  const phases = model.composition.phases.map(({ name }) => name);
  context.emit({ type: 'plan-made', cluster: cluster.name, summary, phases });
  if (changesAnything(plan)) tellNotices(model, context);
}

/** A launch that was cut short may have left its machines without their own names. */
async function labelAdopted(
  run: Run,
  { uid, cluster: name }: ClusterSnapshot,
  { described }: Survey,
): Promise<void> {
  await labelMachines(run, { uid, name }, described.filter(isAlive));
}

/** Whether the cluster is to be what the last run wanted; what else it is to be is remembered before it is done. */
function isSame(snapshot: ClusterSnapshot, wished: ClusterSnapshot): boolean {
  return JSON.stringify(snapshot.request) === JSON.stringify(wished.request);
}

function notGrown(cluster: string, size: number): DeployerError {
  return new DeployerError(
    'not-grown',
    `${cluster} works with ${size} nodes and grows no further`,
    {
      hint: 'Its services cannot take in more of the nodes that were asked for: look at the roles of its recipe.',
    },
  );
}
