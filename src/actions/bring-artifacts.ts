import { deliver } from '../artifacts/deliver.ts';
import type { Timeline } from '../engine/timeline.ts';
import type { NodeConnection } from '../node/connection.ts';
import type { StageNode } from '../plan/stage.ts';
import type { WorkSite } from './apply-bundle.ts';

/**
 * Brings to a node what the artifacts of its share need, before the share itself is sent.
 * @throws {DeployerError} as {@link deliver}
 */
export async function bringArtifacts(
  { run, artifacts }: Pick<WorkSite, 'run' | 'artifacts'>,
  { remote }: { readonly remote: NodeConnection },
  { name: node, wishes }: StageNode,
  timeline: Timeline,
): Promise<void> {
  const steps = wishes.flatMap(({ step }) => ('artifact' in step ? step.artifact : []));
  const ids = new Set(steps.map(({ id }) => id));
  const needed = [...ids].flatMap((id) => artifacts.deliverables.get(id) ?? []);
  // It is shown in the phase that comes first: nodes go through them in order, and an artifact stands in one of the first.
  const phase = wishes[0]?.phase;
  if (needed.length === 0 || phase === undefined) return;
  timeline.stepStarted(node, phase);
  const { clock, signal, emit } = run.context;
  await deliver(remote, needed, {
    ...{ clock, signal },
    byNodes: run.cluster.request.profile.artifacts === 'nodes',
    onProgress: (text) => emit({ type: 'phase-progress', phase, node, text }),
  });
}
