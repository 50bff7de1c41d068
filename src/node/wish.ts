import type { StepStatus } from '../events.ts';
import type { Step } from './step-kinds.ts';

/** One step wished for on one node. */
export interface Wish {
  /** Unique on the node, like `configure.2`; letters, digits, dots, dashes and underscores. */
  readonly id: string;
  /** The phase it belongs to, for the timeline. */
  readonly phase: string;
  readonly step: Step;
}

/** What a node says about one wish. */
export interface StepAnswer {
  readonly id: string;
  readonly phase: string;
  readonly status: StepStatus;
  /** How long the step took on the node, to 10 ms. */
  readonly ms: number;
  /** What differs or differed, or why it failed, with the last lines of a command; empty when there is nothing to say. */
  readonly detail: string;
}
