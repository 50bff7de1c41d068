import fc from 'fast-check';
import { systemClock } from '../../../src/clock.ts';
import { runStages, type StagesOutcome } from '../../../src/engine/run-stages.ts';
import type { StageWork } from '../../../src/engine/stage-work.ts';
import { DeployerError, Interrupted, NodesFailed, toDeployerError } from '../../../src/errors.ts';
import type { DeployerEvent } from '../../../src/events.ts';
import type { Stage, StageNode } from '../../../src/plan/stage.ts';
import { windowSize } from '../../../src/plan/window.ts';
import { drained } from './drained.ts';
import { stageNode } from './stage-of.ts';

const mostNodes = 6;

/** What a node may come to grief in; a gate says so of this node alone, or of all that it was asked about. */
type Grief = 'permit' | 'apply' | 'gate' | 'whole gate';

const stage = fc.record({
  service: fc.constantFrom('demo', 'other', null),
  ordinals: fc.subarray([1, 2, 3, 4, 5, 6], { minLength: 1 }),
  batch: fc.oneof(fc.integer({ min: 1, max: mostNodes }), fc.constantFrom('1%', '34%', '50%')),
  isWatched: fc.boolean(),
  griefs: fc.uniqueArray(
    fc.record({
      ordinal: fc.integer({ min: 1, max: mostNodes }),
      in: fc.constantFrom<Grief>('permit', 'apply', 'gate', 'whole gate'),
    }),
    { selector: ({ ordinal }) => ordinal, maxLength: 2 },
  ),
});

/** A run as it may be: its stages, what goes wrong, and when somebody interrupts it. */
export const runs = fc.record({
  stages: fc.array(stage, { minLength: 1, maxLength: 4 }),
  absent: fc.uniqueArray(fc.integer({ min: 1, max: mostNodes }), { maxLength: 2 }),
  choices: fc.infiniteStream(fc.nat()),
  /** The number of the call of the work in which it is interrupted; null for never. */
  interruptedIn: fc.option(fc.integer({ min: 1, max: 40 }), { freq: 2 }),
  /** The number of the choice that fails; null for none. */
  stuckIn: fc.option(fc.integer({ min: 1, max: 12 }), { freq: 4 }),
});

/** One of {@link runs}. */
export type DrawnRun = typeof runs extends fc.Arbitrary<infer Value> ? Value : never;

/** One thing that the work was asked for, or that came of it; nodes by their names. */
export interface Entry {
  readonly kind: 'chosen' | 'permit' | 'apply' | 'gate' | 'passed' | 'failed' | 'done';
  readonly stage: number;
  readonly nodes: readonly string[];
}

/** What a run did. */
export interface WalkedRun {
  readonly stages: readonly Stage[];
  readonly trace: readonly Entry[];
  readonly events: readonly DeployerEvent[];
  /** How many calls of the work were under way when the run ended. */
  readonly underWay: number;
  /** Most nodes of a stage that were between the start of their exchange and the end of their gate. */
  readonly mostAtOnce: readonly number[];
  /** Most exchanges that were under way with one node at the same time. */
  readonly mostAtANode: number;
  /** How many calls of the work began after the interruption. */
  readonly afterInterruption: number;
  readonly outcome: StagesOutcome | DeployerError;
}

/** Each stage comes after the one before. */
const inARow = (index: number): readonly number[] => (index === 0 ? [] : [index - 1]);

/**
 * Walks a drawn run; what its work waits for ends in the order that the scheduler decides.
 * @param after the stages that one comes after, by its place
 */
export async function walked(
  scheduler: fc.Scheduler,
  drawn: DrawnRun,
  after = inARow,
): Promise<WalkedRun> {
  const controller = new AbortController();
  const { signal } = controller;
  const stages = drawn.stages.map((each, index) => ({
    ...toStage(each, index),
    after: after(index),
  }));
  const trace: Entry[] = [];
  const events: DeployerEvent[] = [];
  const betweenStartAndGate = stages.map(() => new Set<string>());
  const mostAtOnce = stages.map(() => 0);
  const exchanges = new Map<string, number>();
  let [calls, choices, underWay, afterInterruption, mostAtANode] = [0, 0, 0, 0, 0];

  const tell = (kind: Entry['kind'], { phases }: Stage, nodes: readonly StageNode[]) => {
    const names = nodes.map(({ name }) => name);
    if (names.length > 0) trace.push({ kind, stage: Number(phases[0]), nodes: names });
  };
  const call = async <T>(work: () => T): Promise<T> => {
    if (signal.aborted) afterInterruption += 1;
    calls += 1;
    underWay += 1;
    const isInterrupted = calls === drawn.interruptedIn;
    try {
      await scheduler.schedule(Promise.resolve());
      if (isInterrupted) controller.abort(new Interrupted());
      return work();
    } finally {
      underWay -= 1;
    }
  };
  const inGrief = (kind: Grief, { phases }: Stage, nodes: readonly StageNode[]) => {
    const griefs = drawn.stages[Number(phases[0])]?.griefs.filter((each) => each.in === kind) ?? [];
    return nodes.filter(({ ordinal }) => griefs.some((each) => each.ordinal === ordinal));
  };
  const failIf = (kind: Grief, stage: Stage, node: StageNode) => {
    if (inGrief(kind, stage, [node]).length === 0) return;
    tell('failed', stage, [node]);
    throw new DeployerError(kind, `${node.name} fails`);
  };

  const work: StageWork = {
    next: (waiting, stage) =>
      call(() => {
        choices += 1;
        if (choices === drawn.stuckIn) throw new DeployerError('stuck', 'nobody can be chosen');
        const node = waiting[(drawn.choices.next().value ?? 0) % waiting.length];
        if (node === undefined) throw new RangeError('nobody waits');
        tell('chosen', stage, [node]);
        return node;
      }),
    permit: (node, stage) => {
      tell('permit', stage, [node]);
      return call(() => failIf('permit', stage, node));
    },
    apply: async (node, stage, timeline) => {
      tell('apply', stage, [node]);
      timeline.stepStarted(node.name, stage.phases[0] ?? '');
      const index = Number(stage.phases[0]);
      const present = betweenStartAndGate[index]?.add(node.name) ?? new Set();
      mostAtOnce[index] = Math.max(mostAtOnce[index] ?? 0, present.size);
      const atOnce = (exchanges.get(node.name) ?? 0) + 1;
      exchanges.set(node.name, atOnce);
      mostAtANode = Math.max(mostAtANode, atOnce);
      try {
        await call(() => failIf('apply', stage, node));
      } catch (error) {
        present.delete(node.name);
        throw error;
      } finally {
        exchanges.set(node.name, (exchanges.get(node.name) ?? 0) - 1);
      }
    },
    passGate: (nodes, stage) => {
      tell('gate', stage, nodes);
      return call(() => {
        for (const { name } of nodes) betweenStartAndGate[Number(stage.phases[0])]?.delete(name);
        const isWhole = inGrief('whole gate', stage, nodes).length > 0;
        const failed = isWhole ? nodes : inGrief('gate', stage, nodes);
        tell('failed', stage, failed);
        tell(
          'passed',
          stage,
          nodes.filter((node) => !failed.includes(node)),
        );
        const error = new DeployerError('gate-closed', 'not ready');
        if (isWhole) throw error;
        const failures = failed.map(({ name }) => ({ node: name, error }));
        if (failures.length > 0) throw new NodesFailed('not ready', failures);
        return '';
      });
    },
    stageDone: (stage) => {
      tell('done', stage, stage.nodes);
      return call(() => {});
    },
  };
  const absent = new Set(drawn.absent.map((ordinal) => stageNode(ordinal).name));
  const deps = { emit: (event: DeployerEvent) => events.push(event), clock: systemClock, signal };
  const ended = runStages(stages, absent, work, deps).catch((error: unknown) =>
    toDeployerError(error),
  );
  const outcome = await scheduler.waitFor(ended, drained);
  return {
    ...{ stages, trace, events, underWay, mostAtOnce, mostAtANode, afterInterruption, outcome },
  };
}

/** A stage is known by its phase, since the engine hands it on without the nodes that are out. */
function toStage(
  { service, ordinals, batch, isWatched }: DrawnRun['stages'][number],
  index: number,
): Omit<Stage, 'after'> {
  return {
    ...{ phases: [String(index)], event: null, service },
    nodes: ordinals.map((ordinal) => stageNode(ordinal)),
    window: windowSize({ mode: 'batched', batch }, ordinals.length),
    quorum: isWatched ? { rule: 'majority', sets: [ordinals] } : null,
    ...{ gate: null, settled: null, settles: false },
  };
}
