import type { Clock } from '../clock.ts';
import type { Emit, StepStatus } from '../events.ts';
import type { Stage, StageNode } from '../plan/stage.ts';

/** A step that ended on a node. */
export interface EndedStep {
  readonly phase: string;
  readonly step: string;
  readonly status: StepStatus;
  readonly ms: number;
  readonly detail: string;
}

/**
 * Shows phases apart that travel to the nodes together: each begins with its first step on any node and ends when
 * its last node is through.
 */
export interface Timeline {
  /** The node works on the phase now, so it is through with the one before. */
  stepStarted(node: string, phase: string): void;
  stepEnded(node: string, step: EndedStep): void;
  /** The node is through with all phases of the stage. */
  nodeDone(node: string, detail: string): void;
  /** The node failed in the phase that it was in, and takes no part in those after it. */
  nodeFailed(node: string, detail: string): void;
  /** Ends what is still open because some nodes never came that far. */
  close(): void;
}

interface PhaseRecord {
  readonly startedMs: number;
  readonly pending: Set<string>;
  readonly total: number;
  done: number;
  changed: number;
  ok: boolean;
}

/**
 * A {@link Timeline} over the phases of one stage, in order. A phase is of the nodes that have a share of it; the last one
 * is of all, because all of them pass the gate there.
 */
export function createTimeline(
  stage: Pick<Stage, 'phases' | 'event' | 'nodes'>,
  { emit, clock }: { emit: Emit; clock: Clock },
): Timeline {
  const { phases, event } = stage;
  const last = phases.at(-1);
  const shares = sharesOf(stage);
  const records = new Map<string, PhaseRecord>();
  const current = new Map<string, string>();
  const failed = new Set<string>();

  const open = (phase: string): PhaseRecord => {
    const known = records.get(phase);
    if (known !== undefined) return known;
    const nodes = shares.get(phase) ?? [];
    const pending = new Set(nodes.filter((name) => !failed.has(name)));
    const counts = { total: nodes.length, done: 0, changed: 0, ok: true };
    const record = { startedMs: clock.monotonicMs(), pending, ...counts };
    records.set(phase, record);
    emit({ type: 'phase-started', phase, nodes });
    return record;
  };

  const leave = (node: string, phase: string, ok: boolean, detail: string) => {
    const record = open(phase);
    if (!record.pending.delete(node)) return;
    if (ok) record.done += 1;
    else record.ok = false;
    const ms = clock.monotonicMs() - record.startedMs;
    emit({ type: 'node-phase-ended', phase, node, ok, ms, detail });
    endIfEmpty(phase, record, detail);
  };

  const endIfEmpty = (phase: string, record: PhaseRecord, detail: string) => {
    if (record.pending.size > 0) return;
    emit({
      type: 'phase-ended',
      phase,
      ok: record.ok,
      done: record.done,
      total: record.total,
      ms: clock.monotonicMs() - record.startedMs,
      detail: describeEnd(record.changed, detail, phase === last ? event : null),
    });
  };

  return {
    stepStarted: (node, phase) => {
      const before = current.get(node);
      if (before !== undefined && before !== phase) leave(node, before, true, '');
      current.set(node, phase);
      open(phase);
    },
    stepEnded: (node, step) => {
      const record = open(step.phase);
      if (step.status === 'changed') record.changed += 1;
      emit({ type: 'step-ended', node, ...step });
    },
    nodeDone: (node, detail) => {
      for (const phase of records.keys()) if (phase !== last) leave(node, phase, true, '');
      if (last !== undefined) leave(node, last, true, detail);
    },
    nodeFailed: (node, detail) => {
      if (failed.has(node)) return;
      const phase = current.get(node) ?? phases.find((each) => shares.get(each)?.includes(node));
      if (phase !== undefined) leave(node, phase, false, detail);
      failed.add(node);
      for (const [later, record] of records) {
        if (later !== phase && record.pending.delete(node)) endIfEmpty(later, record, '');
      }
    },
    close: () => {
      for (const [phase, record] of records) {
        if (record.pending.size === 0) continue;
        record.ok = false;
        record.pending.clear();
        endIfEmpty(phase, record, '');
      }
    },
  };
}

/** Names of the nodes that have a share of each phase. */
function sharesOf({
  phases,
  nodes,
}: Pick<Stage, 'phases' | 'nodes'>): ReadonlyMap<string, readonly string[]> {
  const shares = (phase: string, { wishes }: StageNode) =>
    phase === phases.at(-1) || wishes.some((wish) => wish.phase === phase);
  const named = (phase: string) =>
    nodes.filter((node) => shares(phase, node)).map(({ name }) => name);
  return new Map(phases.map((phase) => [phase, named(phase)]));
}

function describeEnd(changed: number, detail: string, event: Stage['event']): string {
  const said = detail === '' ? describeChanges(changed) : detail;
  // The same phase is shown again for each event of its service.
  return event === null || event === 'first' ? said : `${event}: ${said}`;
}

function describeChanges(changed: number): string {
  if (changed === 0) return 'nothing to change';
  return changed === 1 ? '1 change' : `${changed} changes`;
}
