import type { Clock } from '../clock.ts';
import type { Emit } from '../events.ts';
import type { Stage, StageNode } from '../plan/stage.ts';
import type { Timeline } from './timeline.ts';

/** What happens on the nodes, as the engine asks for it; it knows neither clouds nor connections. */
export interface StageWork {
  /**
   * Brings the node's share of a stage about.
   * @throws {DeployerError} when a step failed or the node could not be reached
   */
  apply(node: StageNode, stage: Stage, timeline: Timeline): Promise<void>;
  /** Which of the waiting nodes, never none, comes next; asked for nodes that take turns. */
  next(waiting: readonly StageNode[], stage: Stage): Promise<StageNode>;
  /**
   * Resolves once a node that takes its turn may be disturbed.
   * @throws {DeployerError} when it may not
   */
  permit(node: StageNode, stage: Stage): Promise<void>;
  /**
   * Waits until the gate holds for these nodes and says in a few words what was seen.
   * @throws {NodesFailed} with the nodes that did not pass in time, while the others did
   * @throws {DeployerError} when it does not hold for any of them
   */
  passGate(nodes: readonly StageNode[], stage: Stage): Promise<string>;
  /** Called once all nodes of a stage are through with it, and with the earlier stages of its service. */
  stageDone(stage: Stage): Promise<void>;
}

/** What the stages need from outside. */
export interface EngineDeps {
  readonly emit: Emit;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}
