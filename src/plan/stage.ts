import type { Wish } from '../node/wish.ts';
import type { LifeEvent } from '../recipe/phase-schema.ts';
import type { Gate } from '../recipe/resolve.ts';
import type { Quorum } from './quorum.ts';

/** What a stage is for its service: a life event, or `repair`, which brings back what should serve already. */
export type StageEvent = LifeEvent | 'repair';

/** One node's share of a stage. */
export interface StageNode {
  readonly ordinal: number;
  readonly name: string;
  /** Whether it holds the service that the stage leads to, and so is asked by the gate. */
  readonly serves: boolean;
  /** Whether its service is interrupted although it serves and counts for the quorum. */
  readonly disturbs: boolean;
  /** What travels to the node in one exchange; empty when the node only has to pass the gate. */
  readonly wishes: readonly Wish[];
}

/**
 * Consecutive phases that travel together because nothing has to be awaited between them. The phases stay apart in
 * what the user sees.
 */
export interface Stage {
  readonly phases: readonly string[];
  /** Null where no service is started or restarted. */
  readonly event: StageEvent | null;
  /** The service that the event is about; after a failure its later stages are not begun. */
  readonly service: string | null;
  /** In the order in which they are worked on, as far as that is known beforehand. */
  readonly nodes: readonly StageNode[];
  /** How many nodes may be between the start of their exchange and the passing of the gate at the same time. */
  readonly window: number;
  /** Who must go on serving while a node is disturbed. */
  readonly quorum: Quorum | null;
  /** What must hold before the next node of the window or the next stage may begin. */
  readonly gate: Gate | null;
  /** What all members must show after that; null where nothing more is asked. */
  readonly settled: Gate | null;
  /** Places in the list of stages of those that must be through before; the others may be under way side by side. */
  readonly after: readonly number[];
  /** Whether all nodes are members of the service, and know each other, once this stage is through. */
  readonly settles: boolean;
}

/** A stage that does not know its place among the others yet. */
export type LooseStage = Omit<Stage, 'after'>;
