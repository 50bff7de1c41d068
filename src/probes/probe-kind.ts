import type { z } from 'zod';
import type { Clock } from '../clock.ts';
import type { Remote } from '../remote/remote.ts';

/** What a probe was answered. */
export interface ProbeAnswer {
  /** Whether the exchange itself worked: connected and answered, a success status, exit code 0. */
  readonly ok: boolean;
  /** What was answered, for a match; at most 64 KiB of it. */
  readonly text: string;
  /** The answer, or why there was none, in a few words. */
  readonly detail: string;
}

/** Where one attempt of a probe runs, and how long it may. */
export interface Attempt {
  readonly remote: Remote;
  readonly timeoutMs: number;
  readonly clock: Clock;
  /** Aborts when the attempt's time is over; an attempt then lets go of all it had opened. */
  readonly signal: AbortSignal;
}

/** One kind of probe: how a recipe writes it, and how it is asked. */
export interface ProbeKind<Schema extends z.ZodType> {
  readonly schema: Schema;
  /** Asks once. What it throws counts as no answer. */
  readonly ask: (settings: z.infer<Schema>, attempt: Attempt) => Promise<ProbeAnswer>;
}

/** A kind of probe, with its settings typed by its own schema. */
export function defineProbeKind<Schema extends z.ZodType>(
  kind: ProbeKind<Schema>,
): ProbeKind<Schema> {
  return kind;
}
