import type { ComponentPhase } from '../recipe/composition.ts';
import type { LooseStage, StageNode } from './stage.ts';

/** What disturbs nobody goes to all nodes at once. */
export function quietStages(
  phases: readonly ComponentPhase[],
  service: string | null,
  nodes: readonly StageNode[],
): readonly LooseStage[] {
  if (nodes.length === 0) return [];
  const stage: LooseStage = {
    phases: usedPhases(phases, nodes),
    event: null,
    service,
    nodes,
    window: nodes.length,
    quorum: null,
    gate: null,
    settled: null,
    settles: false,
  };
  return [stage];
}

/** The phases that some node has something to do in, and the one whose gate is passed. */
export function usedPhases(
  phases: readonly ComponentPhase[],
  nodes: readonly StageNode[],
  gated?: string,
): readonly string[] {
  const used = new Set(nodes.flatMap(({ wishes }) => wishes.map(({ phase }) => phase)));
  return phases.map(({ name }) => name).filter((name) => used.has(name) || name === gated);
}
