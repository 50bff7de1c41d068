import type { Clock } from '../clock.ts';
import type { DeployerEvent } from '../events.ts';
import type { PhaseRow } from './phase-row.ts';
import { printableLine } from './printable-line.ts';

/** Counts what happens in each phase that is under way, so that every view tells the same numbers. */
export interface PhaseTracker {
  handle(event: DeployerEvent): void;
  /** How `phase` stands now; undefined when it is not under way. */
  row(phase: string): PhaseRow | undefined;
  /** The last row of a phase, which is not under way from then on; where the event tells no detail, its proofs do. */
  end(event: PhaseEnded): PhaseRow;
}

type PhaseEnded = Extract<DeployerEvent, { type: 'phase-ended' }>;
type ProofEnded = Extract<DeployerEvent, { type: 'proof-ended' }>;

interface OpenPhase {
  readonly total: number;
  readonly startedMs: number;
  readonly ended: Set<string>;
  readonly proofs: string[];
  proofsDone: number;
  news: string;
}

/** As wide as the phases that every cluster has. */
const usualWidth = 9;

/** A tracker that has seen nothing yet. */
export function trackPhases(clock: Clock): PhaseTracker {
  const open = new Map<string, OpenPhase>();
  let width = usualWidth;
  return {
    handle(event) {
      if (event.type === 'plan-made') {
        width = Math.max(usualWidth, ...event.phases.map(({ length }) => length));
      }
      if (event.type === 'phase-started') {
        open.set(event.phase, begin(event.nodes.length, clock.monotonicMs()));
      } else if (event.type === 'proof-ended') {
        // A proof names no phase: it belongs to the one that began last.
        const last = [...open.values()].at(-1);
        if (last !== undefined) countProof(last, event);
      } else if ('phase' in event) {
        const phase = open.get(event.phase);
        if (phase !== undefined) advance(phase, event);
      }
    },
    row(phase) {
      const state = open.get(phase);
      if (state === undefined) return undefined;
      const ms = clock.monotonicMs() - state.startedMs;
      const done = state.ended.size + state.proofsDone;
      return { phase, width, done, total: state.total, ms, detail: state.news };
    },
    end({ phase, done, total, ms, detail }) {
      const proofs = open.get(phase)?.proofs ?? [];
      open.delete(phase);
      const told = detail === '' ? proofs.join(' · ') : detail;
      return { phase, width, done, total, ms, detail: told };
    },
  };
}

function begin(total: number, startedMs: number): OpenPhase {
  return { total, startedMs, ended: new Set(), proofs: [], proofsDone: 0, news: '' };
}

function countProof(phase: OpenPhase, { ok, about, detail }: ProofEnded): void {
  if (ok) phase.proofsDone += 1;
  phase.news = ok && detail !== '' ? detail : `${about}: ${ok ? 'holds' : detail}`;
  phase.proofs.push(phase.news);
}

function advance(phase: OpenPhase, event: DeployerEvent): void {
  if (event.type === 'phase-progress') {
    const text = printableLine(event.text);
    phase.news = event.node === undefined ? text : `${event.node}: ${text}`;
  } else if (event.type === 'step-ended' && event.detail !== '') {
    phase.news = `${event.node}: ${printableLine(event.detail)}`;
  } else if (event.type === 'node-phase-ended' && event.ok) {
    phase.ended.add(event.node);
  }
}
