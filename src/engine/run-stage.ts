import { type DeployerError, type NodeFailure, NodesFailed, toDeployerError } from '../errors.ts';
import type { Stage, StageNode } from '../plan/stage.ts';
import type { EngineDeps, StageWork } from './stage-work.ts';
import { createTimeline, type Timeline } from './timeline.ts';
import { walkWindow } from './walk-window.ts';

/** How one stage ended. */
export interface StageOutcome {
  /** Names of the nodes that are through with it. */
  readonly through: ReadonlySet<string>;
  readonly failures: readonly NodeFailure[];
}

/** Brings one stage about on its nodes, turn by turn where they take turns. @throws what `next` threw */
export async function runStage(
  stage: Stage,
  work: StageWork,
  deps: EngineDeps,
): Promise<StageOutcome> {
  if (stage.nodes.length === 0) return { through: new Set(), failures: [] };
  const through = new Set<string>();
  const timeline = createTimeline(stage, deps);
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
