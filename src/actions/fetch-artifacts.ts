import type { Deliverable } from '../artifacts/content.ts';
import { waitForAll } from '../artifacts/wait-for-all.ts';
import type { Plan } from '../plan/plan.ts';
import type { ActionContext } from './context.ts';
import type { Cluster } from './open-cluster.ts';
import type { SettledArtifacts } from './settle-artifacts.ts';

/** What is fetched to this computer is shown as a phase of its own, before there are machines. */
export const fetchPhase = 'fetch';

/**
 * Brings what the plan's nodes need into the cache of this computer, so that what is wrong with it shows before anything
 * outside is touched. What nodes fetch by themselves is left to them; where nothing is needed nothing is shown.
 * @throws {DeployerError} what bringing it throws
 */
export async function fetchArtifacts(
  { request }: Pick<Cluster, 'request'>,
  { nodes }: Pick<Plan, 'nodes'>,
  { deliverables }: SettledArtifacts,
  { emit, clock }: ActionContext,
): Promise<void> {
  const steps = nodes.flatMap(({ changes }) => changes.map(({ step }) => step));
  const ids = new Set(steps.flatMap((step) => ('artifact' in step ? step.artifact.id : [])));
  const byNodes = request.profile.artifacts === 'nodes';
  const needed = [...deliverables.values()].filter(
    ({ step, urls }) => ids.has(step.id) && !(byNodes && urls.length > 0),
  );
  if (needed.length === 0) return;
  const startedMs = clock.monotonicMs();
  emit({ type: 'phase-started', phase: fetchPhase, nodes: [] });
  let ok = false;
  try {
    await waitForAll(needed.map((artifact) => artifact.content()));
    ok = true;
  } finally {
    const ms = clock.monotonicMs() - startedMs;
    const total = needed.length;
    const detail = needed.map(titleOf).join(', ');
    emit({ type: 'phase-ended', phase: fetchPhase, ok, done: ok ? total : 0, total, ms, detail });
  }
}

function titleOf({ step: { name, version } }: Deliverable): string {
  return `${name} ${version}`;
}
