import type { Stage, StageNode } from '../../../src/plan/stage.ts';

/** The node with this ordinal, with a package to install in each of these phases, and to pass its gate. */
export function stageNode(ordinal: number, phases: readonly string[] = []): StageNode {
  const wishes = phases.map((phase) => ({ id: `${phase}.1`, phase, step: { package: ['demo'] } }));
  return { ordinal, name: `node-${ordinal}`, serves: true, disturbs: false, wishes };
}

/** An update of the service `demo` on so many nodes at once, changed as told. */
export function stageOf(count: number, window: number, changes: Partial<Stage> = {}): Stage {
  const nodes = Array.from({ length: count }, (_, index) => stageNode(index + 1, changes.phases));
  return {
    ...{ phases: ['work'], event: 'update', service: 'demo', nodes, window },
    ...{ quorum: null, gate: null, settled: null, after: [], settles: false },
    ...changes,
  };
}
