import { formatElapsed } from './format-elapsed.ts';

/** What one line about a phase tells. */
export interface PhaseRow {
  readonly phase: string;
  /** How many columns the longest name of a phase takes, so that rows stand in columns. */
  readonly width: number;
  readonly done: number;
  /** How many nodes or proofs there are; 0 when that is not known yet. */
  readonly total: number;
  readonly ms: number;
  readonly detail: string;
}

/** The line about a phase without its mark, in columns: `launch      3/3   1.4s   i-0c41…`. */
export function formatPhaseRow({ phase, width, done, total, ms, detail }: PhaseRow): string {
  const counter = total === 0 && done === 0 ? '' : total === 0 ? `${done}` : `${done}/${total}`;
  const columns = `${phase.padEnd(width)} ${counter.padStart(5)} ${formatElapsed(ms).padStart(6)}`;
  return `${columns}   ${detail}`.trimEnd();
}
