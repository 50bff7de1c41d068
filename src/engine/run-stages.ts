import type { Clock } from '../clock.ts';
import { type DeployerError, type NodeFailure, NodesFailed, toDeployerError } from '../errors.ts';
import type { Emit } from '../events.ts';
import type { Stage, StageNode } from '../plan/stage.ts';
import { createTimeline, type Timeline } from './timeline.ts';
import { walkWindow } from './walk-window.ts';

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

/** How the stages ended. */
export interface StagesOutcome {
  readonly failures: readonly NodeFailure[];
  /** Names of nodes that were left as they are because others failed before them. */
  readonly untouched: readonly string[];
}

/**
 * Walks the stages in order. A node that is not through with a stage takes no part in later ones; the others go on. But
 * a service in which something failed is left alone from then on, and so are the nodes that wait in a stage that takes
 * turns: what one node did not survive is not done to the next.
 * @param absent names of nodes that cannot be worked on from the beginning
 * @throws the signal's reason, or what `next` threw, once everything that was under way has ended
 */
export async function runStages(
  stages: readonly Stage[],
  absent: ReadonlySet<string>,
  work: StageWork,
  deps: EngineDeps,
): Promise<StagesOutcome> {
  const failures: NodeFailure[] = [];
  const out = new Set(absent);
  const failedServices = new Set<string>();
  const unfinished = new Set<string>();
  for (const stage of stages) {
    deps.signal.throwIfAborted();
    const isLeft = stage.service !== null && failedServices.has(stage.service);
    const nodes = isLeft ? [] : stage.nodes.filter((node) => !out.has(node.name));
    const outcome = await runStage({ ...stage, nodes }, work, deps);
    failures.push(...outcome.failures);
    deps.signal.throwIfAborted();
    if (outcome.failures.length > 0 && stage.service !== null) failedServices.add(stage.service);
    const missing = stage.nodes.filter(({ name }) => !outcome.through.has(name));
    for (const { name } of missing) out.add(name);
    if (missing.length > 0 && stage.service !== null) unfinished.add(stage.service);
    const isDone = stage.service === null ? missing.length === 0 : !unfinished.has(stage.service);
    if (isDone && nodes.length > 0) await work.stageDone(stage);
  }
  const failed = new Set(failures.map(({ node }) => node));
  const untouched = [...out].filter((name) => !failed.has(name) && !absent.has(name));
  return { failures, untouched };
}

interface StageOutcome {
  /** Names of the nodes that are through with it. */
  readonly through: ReadonlySet<string>;
  readonly failures: readonly NodeFailure[];
}

async function runStage(stage: Stage, work: StageWork, deps: EngineDeps): Promise<StageOutcome> {
  if (stage.nodes.length === 0) return { through: new Set(), failures: [] };
  const names = stage.nodes.map((node) => node.name);
  const through = new Set<string>();
  const timeline = createTimeline(stage, names, deps);
  const run = { stage, work, deps, through, timeline };
  try {
    const isTogether = stage.window >= stage.nodes.length && stage.quorum === null;
    return { through, failures: await (isTogether ? runTogether(run) : runInTurn(run)) };
  } finally {
    timeline.close();
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
async function runInTurn(run: StageRun): Promise<readonly NodeFailure[]> {
  const { stage, work, deps } = run;
  const failures: NodeFailure[] = [];
  const isOver = () => deps.signal.aborted || failures.length > 0;
  await walkWindow(stage.nodes, stage.window, {
    isOver,
    next: (waiting) => work.next(waiting, stage),
    visit: async (node) => {
      failures.push(...(await attempt(node, run, () => work.permit(node, stage))));
      // A permission may take its time, in which another node fails.
      if (isOver()) return;
      const applied = await applyTo(node, run);
      const isStopped = applied.length > 0 || deps.signal.aborted;
      failures.push(...(isStopped ? applied : await gate([node], run)));
    },
  });
  return failures;
}

function applyTo(node: StageNode, run: StageRun): Promise<readonly NodeFailure[]> {
  return attempt(node, run, () => run.work.apply(node, run.stage, run.timeline));
}

async function attempt(
  node: StageNode,
  run: StageRun,
  work: () => Promise<void>,
): Promise<readonly NodeFailure[]> {
  try {
    await work();
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
