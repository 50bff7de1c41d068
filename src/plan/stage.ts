import type { Wish } from '../node/wish.ts';
import type { Gate } from '../recipe/resolve.ts';

/** One node's share of a stage. */
export interface StageNode {
  readonly ordinal: number;
  readonly name: string;
  /** Whether it holds the service that the stage leads to, and so is asked by the gate. */
  readonly serves: boolean;
  /** What travels to the node in one exchange; empty when the node only has to pass the gate. */
  readonly wishes: readonly Wish[];
}

/**
 * Consecutive phases that travel together because nothing has to be awaited between them. The phases stay apart in
 * what the user sees.
 */
export interface Stage {
  readonly phases: readonly string[];
  /** In the order in which they are worked on. */
  readonly nodes: readonly StageNode[];
  /** How many nodes may be between the start of their exchange and the passing of the gate at the same time. */
  readonly window: number;
  /** What must hold before the next node of the window or the next stage may begin. */
  readonly gate: Gate | null;
  /** The service that has been formed for the first time once this stage is through. */
  readonly forms: string | null;
}
