import type { StepStatus } from '../events.ts';
import type { Step } from './step-kinds.ts';

/** One step wished for on one node. */
export interface Wish {
  /** Unique on the node, like `configure.2`; letters, digits, dots, dashes and underscores. */
  readonly id: string;
  /** The phase it belongs to, for the timeline. */
  readonly phase: string;
  readonly step: Step;
  /** Further phases that wish the same. */
  readonly also?: readonly string[];
}

/** What is done to the process of a service that is not as wished. */
export type ServiceVerb = 'start' | 'restart' | 'reload';

/** What a node says about one wish. */
export interface StepAnswer {
  readonly id: string;
  readonly phase: string;
  readonly status: StepStatus;
  /** How long the step took on the node, to 10 ms. */
  readonly ms: number;
  /** What differs or differed, or why it failed, with the last lines of a command; empty when there is nothing to say. */
  readonly detail: string;
  /**
   * From a check of a service step: what an apply would do to the process. Missing where it would be left alone, and
   * in the answers of an apply.
   */
  readonly verb?: ServiceVerb;
  /** From a check of a file: the SHA-256 of what is there in place of the wished content. */
  readonly found?: string;
}
