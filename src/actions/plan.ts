import { pathsToShow } from '../plan/file-change.ts';
import { changesAnything, countChanges, makePlan, type Plan } from '../plan/plan.ts';
import { type PlanDocument, planDocument } from '../plan/plan-document.ts';
import type { Recorded } from '../recipe/recorded.ts';
import { refusalOf } from './assert-safe.ts';
import type { ActionContext, ChangeRequest } from './context.ts';
import { describePlan } from './describe-plan.ts';
import { nodesOf } from './nodes.ts';
import { type Cluster, openCluster } from './open-cluster.ts';
import { tellProtection } from './protection.ts';
import { isFounded } from './recorded-values.ts';
import { resultData } from './result-data.ts';
import type { SavedPlan } from './saved-plan.ts';
import { nodesNamed } from './select-nodes.ts';
import { type Survey, survey } from './survey.ts';
import { tellNotices } from './tell-notices.ts';
import { tellOfRun } from './tell-of-run.ts';
import { type TextsOnNodes, textsOnNodes } from './texts-on-nodes.ts';
import { wishedSnapshot } from './wished-snapshot.ts';
import { writePlan } from './write-plan.ts';

/** A machine that works answers at once; who waits for a plan does not want to wait for one that does not. */
const timeoutMs = 3_000;

/** What the cluster would be. */
export interface PlanRequest extends ChangeRequest {
  /** The file that the plan is also written to, for `create --plan`. */
  readonly out: string | undefined;
}

/** What `create` would do, and the {@link SavedPlan} that it applies. */
export interface PlanResult extends PlanDocument, Omit<SavedPlan, 'file'> {
  /** Whether every node was compared, or needs to be brought up first. */
  readonly ok: boolean;
  readonly summary: string;
  /** How many steps would change something. */
  readonly changes: number;
  /** Values that will be settled now, and kept for ever, by recipe. */
  readonly recorded: Recorded;
  /** Why `create` would not do it; null when it would. */
  readonly refusal: {
    readonly code: string;
    readonly message: string;
    readonly hint: string | null;
  } | null;
  /** How many nodes are wished for, when this is only the first round on the way there. */
  readonly goal: number | null;
}

/**
 * Shows what `create` would do: observe and plan, without a lock and without any effect.
 * @throws {UsageError} when `create` would refuse the request, or `unwritable` when the plan cannot be kept
 */
export async function plan(request: PlanRequest, context: ActionContext): Promise<PlanResult> {
  await using cluster = await openCluster(request, context);
  const wished = await wishedSnapshot(cluster, cluster.snapshot, context);
  const replace = nodesNamed(nodesOf(cluster, wished, []), request.replace);
  const options = { timeoutMs, isRun: false, replace };
  const seen = await survey(cluster, wished, options, context);
  await tellOfRun(cluster, context);
  const { standings } = seen;
  const made = makePlan(seen);
  if (changesAnything(made)) tellNotices(seen.model, context);
  const texts = await textsToShow(seen, made, context);
  const unknown = unknownNodes(seen);
  const document = planDocument({ model: seen.model, plan: made, standings, unknown, texts });
  const { recipe, profile, name, count, parameters, replace: replaced } = request;
  const result: PlanResult = {
    ok: seen.unknown.size === 0,
    cluster: cluster.name,
    hash: made.hash,
    summary: describePlan(cluster, made, seen.unknown.size),
    changes: countChanges(made),
    ...document,
    machines: await tellProtection(cluster, document.machines, seen.machines),
    recorded: isFounded(wished) ? {} : seen.model.recorded,
    refusal: refusal(cluster, made),
    goal: wished.nodes.length < cluster.request.count ? cluster.request.count : null,
    request: { recipe, profile, name, count, parameters, replace: replaced },
  };
  const text = `${JSON.stringify(resultData('plan', result))}\n`;
  if (request.out !== undefined) await writePlan(request.out, context.cwd, text);
  return result;
}

function textsToShow(
  { reached }: Survey,
  { nodes }: Plan,
  context: ActionContext,
): Promise<TextsOnNodes> {
  const paths = nodes.map(({ ordinal, changes }) => {
    const shown = pathsToShow(changes.map(({ step }) => step));
    return [ordinal, shown] as const;
  });
  return textsOnNodes(reached, new Map(paths), context);
}

/** By ordinal: why it is not known what a node has. */
function unknownNodes({ model, machines, unknown, failures }: Survey): ReadonlyMap<number, string> {
  const off = machines.flatMap(({ ordinal, action, reason }) =>
    action === 'start'
      ? [[ordinal, `its machine is ${reason}; compared once it runs`] as const]
      : [],
  );
  const silent = model.nodes
    .filter(({ ordinal }) => unknown.has(ordinal))
    .map(({ ordinal, name }) => {
      const failure = failures.find(({ node }) => node === name);
      return [ordinal, failure?.error.message ?? 'it cannot be asked'] as const;
    });
  return new Map([...off, ...silent]);
}

function refusal(cluster: Cluster, made: Plan): PlanResult['refusal'] {
  const error = refusalOf(cluster, made, false);
  if (error === null) return null;
  const { code, message, hint = null } = error;
  return { code, message, hint };
}
