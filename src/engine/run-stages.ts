import PQueue from 'p-queue';
import type { Clock } from '../clock.ts';
import { type DeployerError, type NodeFailure, NodesFailed, toDeployerError } from '../errors.ts';
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
   * @throws {NodesFailed} with the nodes that did not pass in time, while the others did
   * @throws {DeployerError} when it does not hold for any of them
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

/** How a stage ended. */
interface StageOutcome {
  /** Names of the nodes that are through with it. */
  readonly through: ReadonlySet<string>;
  readonly failures: readonly NodeFailure[];
}

/**
 * Walks the stages in order and gives back the failures of all nodes. A node that is not through with a stage takes no
 * part in later ones; the others go on. In a stage that goes node by node the first failure keeps the rest from being
 * started.
 * @param absent names of nodes that cannot be worked on from the beginning
 * @throws the signal's reason, once everything that was under way has ended
 */
export async function runStages(
  stages: readonly Stage[],
  absent: ReadonlySet<string>,
  work: StageWork,
  deps: EngineDeps,
): Promise<readonly NodeFailure[]> {
  const failures: NodeFailure[] = [];
  const out = new Set(absent);
  for (const stage of stages) {
    deps.signal.throwIfAborted();
    const nodes = stage.nodes.filter((node) => !out.has(node.name));
    const outcome = await runStage({ ...stage, nodes }, work, deps);
    failures.push(...outcome.failures);
    deps.signal.throwIfAborted();
    const missing = stage.nodes.filter(({ name }) => !outcome.through.has(name));
    for (const { name } of missing) out.add(name);
    if (missing.length === 0 && nodes.length > 0) await work.stageDone(stage);
  }
  return failures;
}

async function runStage(stage: Stage, work: StageWork, deps: EngineDeps): Promise<StageOutcome> {
  if (stage.nodes.length === 0) return { through: new Set(), failures: [] };
  const names = stage.nodes.map((node) => node.name);
  const through = new Set<string>();
  const run = { stage, work, deps, through, timeline: createTimeline(stage.phases, names, deps) };
  try {
    const isTogether = stage.window >= stage.nodes.length;
    return { through, failures: await (isTogether ? runTogether(run) : runWindowed(run)) };
  } finally {
    run.timeline.close();
  }
}

interface StageRun {
  readonly stage: Stage;
  readonly work: StageWork;
  readonly deps: EngineDeps;
  readonly timeline: Timeline;
  /** Grows as nodes pass their gate. */
  readonly through: Set<string>;
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
    endDone(nodes, run, nodes.length === run.stage.nodes.length ? seen : '');
    return [];
  } catch (error) {
    if (!(error instanceof NodesFailed)) return fail(nodes, toDeployerError(error), run);
    const failed = new Map(error.failures.map((failure) => [failure.node, failure.error]));
    for (const [name, reason] of failed) run.timeline.nodeFailed(name, reason.message);
    const through = nodes.filter(({ name }) => !failed.has(name));
    endDone(through, run, '');
    return error.failures;
  }
}

function endDone(nodes: readonly StageNode[], run: StageRun, detail: string): void {
  for (const { name } of nodes) {
    run.through.add(name);
    run.timeline.nodeDone(name, detail);
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
