import { clusterScope } from '../plan/model.ts';
import { isEmptyPlan, makePlan } from '../plan/plan.ts';
import { resolveOutputs } from '../recipe/resolve.ts';
import type { ClusterSnapshot } from '../state/cluster-snapshot.ts';
import { askedNodes } from './ask-nodes.ts';
import { carryOut } from './carry-out.ts';
import type { ActionContext, WishRequest } from './context.ts';
import { describePlan } from './describe-plan.ts';
import { labelMachines, settleOpenLaunches } from './launch-machines.ts';
import { openCluster } from './open-cluster.ts';
import { assertProven, type ProofResult, proveCluster } from './prove-cluster.ts';
import { type Run, withRun } from './run.ts';
import { type Survey, survey } from './survey.ts';
import { wishedSnapshot } from './wished-snapshot.ts';

/** A create that changed nothing leaves nothing behind either. */
const lookingClasses = ['read'] as const;
const provingClasses = ['read', 'write'] as const;

/** What the cluster is to be. */
export type CreateRequest = WishRequest;

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
}

/**
 * Brings a cluster about, or back to what it is to be: observe, plan, act, prove.
 * After failure everything that was done is remembered, and the same call goes on from there.
 * @throws {NodesFailed} with every node's error, {DeployerError} `not-proven` when the cluster runs but does not work
 */
export async function create(
  request: CreateRequest,
  context: ActionContext,
): Promise<CreateResult> {
  const open = () => openCluster(request, context);
  return withRun('create', open, request, context, (run) => bringAbout(run, request));
}

async function bringAbout(run: Run, request: CreateRequest): Promise<CreateResult> {
  const { cluster, context } = run;
  const snapshot = await wishedSnapshot(run, request);
  await settleOpenLaunches(run);
  if (isOtherWish(run, snapshot)) await run.save(snapshot);
  const seen = await survey(run, snapshot);
  await labelAdopted(run, seen);
  const plan = makePlan(seen);
  const summary = describePlan(cluster, plan, seen.unknown.size);
  context.emit({ type: 'plan-made', cluster: cluster.name, summary });
  const changed = !isEmptyPlan(plan) || plan.stages.length > 0 || seen.failures.length > 0;
  const { model, reached } = changed ? await carryOut(run, snapshot, seen) : seen;
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
    outputs: resolveOutputs(model.recipe, clusterScope(model)),
  };
}

/** A launch that was cut short may have left its machines without their own names. */
async function labelAdopted(run: Run, { model, described }: Survey): Promise<void> {
  const alive = described.filter(({ state }) => state === 'running' || state === 'pending');
  await labelMachines(run, { uid: model.cluster.uid, name: model.cluster.name }, alive);
}

/** Whether an existing cluster is to be something else than the last run wanted; what it is to be is remembered first. */
function isOtherWish({ snapshot }: Run, wished: ClusterSnapshot): boolean {
  if (snapshot === null) return false;
  return JSON.stringify(snapshot.request) !== JSON.stringify(wished.request);
}
