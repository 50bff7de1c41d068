import PQueue from 'p-queue';
import type { Clock } from '../clock.ts';
import { type DeployerError, type NodeFailure, toDeployerError } from '../errors.ts';
import type { Emit } from '../events.ts';
import type { Stage, StageNode } from '../plan/stage.ts';
import { createTimeline, type Timeline } from './timeline.ts';

/** What happens on the nodes, as the engine asks for it; it knows neither clouds nor connections. */
export interface StageWork {
  /**
   * Brings the node's share of a stage about.
   * @throws {DeployerError} when a step failed or the node could not be reached
   */
  apply(node: StageNode, stage: Stage, timeline: Timeline): Promise<void>;
  /**
   * Waits until the gate holds for these nodes and says in a few words what was seen.
   * @throws {DeployerError} when it does not hold in time
   */
  passGate(nodes: readonly StageNode[], stage: Stage): Promise<string>;
  /** Called once all of a stage's nodes are through. */
  stageDone(stage: Stage): Promise<void>;
}

/** What the stages need from outside. */
export interface EngineDeps {
  readonly emit: Emit;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/**
 * Walks the stages in order and gives back the failures of all nodes. A node that failed takes no part in later
 * stages; the others go on. In a stage that goes node by node the first failure keeps the rest from being started.
 * @throws the signal's reason, once everything that was under way has ended
 */
export async function runStages(
  stages: readonly Stage[],
  work: StageWork,
  deps: EngineDeps,
): Promise<readonly NodeFailure[]> {
  const failures: NodeFailure[] = [];
  const failed = new Set<string>();
  for (const stage of stages) {
    deps.signal.throwIfAborted();
    const nodes = stage.nodes.filter((node) => !failed.has(node.name));
    const stageFailures = await runStage({ ...stage, nodes }, work, deps);
    for (const failure of stageFailures) failed.add(failure.node);
    failures.push(...stageFailures);
    deps.signal.throwIfAborted();
    if (stageFailures.length === 0 && nodes.length === stage.nodes.length)
      await work.stageDone(stage);
  }
  return failures;
}

async function runStage(
  stage: Stage,
  work: StageWork,
  deps: EngineDeps,
): Promise<readonly NodeFailure[]> {
  const names = stage.nodes.map((node) => node.name);
  const run = { stage, work, deps, timeline: createTimeline(stage.phases, names, deps) };
  try {
    return await (stage.window >= stage.nodes.length ? runTogether(run) : runWindowed(run));
  } finally {
    run.timeline.close();
  }
}

interface StageRun {
  readonly stage: Stage;
  readonly work: StageWork;
  readonly deps: EngineDeps;
  readonly timeline: Timeline;
}

/** All nodes at once: the gate is asked of them together, since they may need each other to pass it. */
async function runTogether(run: StageRun): Promise<readonly NodeFailure[]> {
  const { nodes } = run.stage;
  const outcomes = await Promise.all(nodes.map((node) => applyTo(node, run)));
  const failures = outcomes.flat();
  const names = new Set(failures.map((failure) => failure.node));
  const through = nodes.filter((node) => !names.has(node.name));
  if (through.length === 0 || run.deps.signal.aborted) return failures;
  return [...failures, ...(await gate(through, run))];
}

/** As many nodes at once as the window allows, each through its own gate before the next one begins. */
async function runWindowed(run: StageRun): Promise<readonly NodeFailure[]> {
  const failures: NodeFailure[] = [];
  const runNode = async (node: StageNode) => {
    if (run.deps.signal.aborted || failures.length > 0) return;
    const applied = await applyTo(node, run);
    const stopped = applied.length > 0 || run.deps.signal.aborted;
    failures.push(...(stopped ? applied : await gate([node], run)));
  };
  const queue = new PQueue({ concurrency: run.stage.window });
  await Promise.all(run.stage.nodes.map((node) => queue.add(() => runNode(node))));
  return failures;
}

async function applyTo(node: StageNode, run: StageRun): Promise<readonly NodeFailure[]> {
  try {
    await run.work.apply(node, run.stage, run.timeline);
    return [];
  } catch (error) {
    return fail([node], toDeployerError(error), run);
  }
}

async function gate(nodes: readonly StageNode[], run: StageRun): Promise<readonly NodeFailure[]> {
  try {
    const seen = await run.work.passGate(nodes, run.stage);
    // What one node of many answered says nothing about the stage.
    const detail = nodes.length === run.stage.nodes.length ? seen : '';
    for (const node of nodes) run.timeline.nodeDone(node.name, detail);
    return [];
  } catch (error) {
    return fail(nodes, toDeployerError(error), run);
  }
}

function fail(
  nodes: readonly StageNode[],
  error: DeployerError,
  run: StageRun,
): readonly NodeFailure[] {
  return nodes.map(({ name }) => {
    run.timeline.nodeFailed(name, error.message);
    return { node: name, error };
  });
}
