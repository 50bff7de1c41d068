import PQueue from 'p-queue';
import type { NodeFailure } from '../errors.ts';
import type { Stage } from '../plan/stage.ts';
import { runStage } from './run-stage.ts';
import type { EngineDeps, StageWork } from './stage-work.ts';

/** How the stages ended. */
export interface StagesOutcome {
  readonly failures: readonly NodeFailure[];
  /** Names of nodes that were left as they are because others failed before them. */
  readonly untouched: readonly string[];
}

/**
 * Walks the stages, each once those are through that it comes after, side by side where none has to wait for the other. A
 * node that is not through with a stage takes no part in those that come after it; the others go on. But a service in
 * which something failed is left alone from then on, and so are the nodes that wait in a stage that takes turns: what one
 * node did not survive is not done to the next. A node works for one stage at a time.
 * @param absent names of nodes that cannot be worked on from the beginning
 * @throws the signal's reason, or what `next` threw, once everything that was under way has ended
 */
export async function runStages(
  stages: readonly Stage[],
  absent: ReadonlySet<string>,
  work: StageWork,
  deps: EngineDeps,
): Promise<StagesOutcome> {
  const walk: Walk = {
    work: oneAtATime(work, deps.signal),
    deps,
    failures: [],
    failedServices: new Set(),
    unfinished: new Set(),
  };
  const ends: Promise<ReadonlySet<string>>[] = [];
  for (const stage of stages) {
    const before = stage.after.flatMap((place) => ends[place] ?? []);
    ends.push(afterAll(before, absent).then((out) => walkStage(stage, out, walk)));
  }
  const outcomes = await Promise.allSettled(ends);
  deps.signal.throwIfAborted();
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
  const out = await afterAll(ends, absent);
  const failed = new Set(walk.failures.map(({ node }) => node));
  const untouched = [...out].filter((name) => !failed.has(name) && !absent.has(name));
  return { failures: walk.failures, untouched };
}

/** What the stages of a run have in common. */
interface Walk {
  readonly work: StageWork;
  readonly deps: EngineDeps;
  readonly failures: NodeFailure[];
  readonly failedServices: Set<string>;
  /** Services of which some node is not through with some stage. */
  readonly unfinished: Set<string>;
}

/** Names of the nodes that take no part in what comes after all of these. */
async function afterAll(
  before: readonly Promise<ReadonlySet<string>>[],
  absent: ReadonlySet<string>,
): Promise<ReadonlySet<string>> {
  const outs = await Promise.all(before);
  return new Set([...absent, ...outs.flatMap((out) => [...out])]);
}

/** Gives the names of the nodes that take no part in what comes after it. */
async function walkStage(
  stage: Stage,
  out: ReadonlySet<string>,
  { work, deps, failures, failedServices, unfinished }: Walk,
): Promise<ReadonlySet<string>> {
  deps.signal.throwIfAborted();
  const { service } = stage;
  const isLeft = service !== null && failedServices.has(service);
  const nodes = isLeft ? [] : stage.nodes.filter((node) => !out.has(node.name));
  const outcome = await runStage({ ...stage, nodes }, work, deps);
  failures.push(...outcome.failures);
  deps.signal.throwIfAborted();
  if (outcome.failures.length > 0 && service !== null) failedServices.add(service);
  const missing = stage.nodes.filter(({ name }) => !outcome.through.has(name));
  if (missing.length > 0 && service !== null) unfinished.add(service);
  const isDone = service === null ? missing.length === 0 : !unfinished.has(service);
  if (isDone && nodes.length > 0) await work.stageDone(stage);
  return new Set([...out, ...missing.map(({ name }) => name)]);
}

/** A node refuses a bundle that was made before another one was applied, so each waits for the one before. */
function oneAtATime(work: StageWork, signal: AbortSignal): StageWork {
  const queues = new Map<string, PQueue>();
  return {
    ...work,
    apply: async (node, stage, timeline) => {
      const queue = queues.get(node.name) ?? new PQueue({ concurrency: 1 });
      queues.set(node.name, queue);
      await queue.add(() => {
        signal.throwIfAborted();
        return work.apply(node, stage, timeline);
      });
    },
  };
}
