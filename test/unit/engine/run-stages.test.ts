import { expect, test } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { runStages } from '../../../src/engine/run-stages.ts';
import type { StageWork } from '../../../src/engine/stage-work.ts';
import { DeployerError, Interrupted, NodesFailed } from '../../../src/errors.ts';
import type { DeployerEvent } from '../../../src/events.ts';
import type { Quorum } from '../../../src/plan/quorum.ts';
import type { Stage, StageNode } from '../../../src/plan/stage.ts';
import { stageNode, stageOf } from './stage-of.ts';

/** Work that takes a moment, fails where it is told to, and remembers what happened in which order. */
function recorder(
  failing: {
    readonly apply?: readonly string[];
    readonly gate?: readonly string[];
    readonly permit?: readonly string[];
  } = {},
) {
  const log: string[] = [];
  const work: StageWork = {
    next: async ([first]) => {
      if (first === undefined) throw new RangeError('nobody waits');
      return first;
    },
    permit: async ({ name }) => {
      if (failing.permit?.includes(name) === true) throw new DeployerError('no', 'not now');
    },
    apply: async (node, stage, timeline) => {
      log.push(`apply ${node.name}`);
      timeline.stepStarted(node.name, stage.phases[0] ?? '');
      await Promise.resolve();
      if (failing.apply?.includes(node.name) === true) {
        throw new DeployerError('step-failed', `${node.name} failed`);
      }
    },
    passGate: async (nodes) => {
      await Promise.resolve();
      log.push(`gate ${nodes.map(({ name }) => name).join(' ')}`);
      if (nodes.some(({ name }) => failing.gate?.includes(name) === true)) {
        throw new DeployerError('gate-closed', 'not ready');
      }
      return '';
    },
    stageDone: async () => {
      log.push('done');
    },
  };
  return { work, log };
}

function run(
  stages: readonly Stage[],
  work: StageWork,
  signal = new AbortController().signal,
  absent: readonly string[] = [],
) {
  const events: DeployerEvent[] = [];
  const emit = (event: DeployerEvent) => events.push(event);
  const deps = { emit, clock: systemClock, signal };
  const inARow = stages.map((stage, index) => ({
    ...stage,
    after: index === 0 ? [] : [index - 1],
  }));
  return { events, outcome: runStages(inARow, new Set(absent), work, deps) };
}

test('nodes that go together are asked for their gate together, since they may need each other', async () => {
  const { work, log } = recorder();
  expect(await run([stageOf(3, 3)], work).outcome).toEqual({ failures: [], untouched: [] });
  expect(log).toEqual([
    'apply node-1',
    'apply node-2',
    'apply node-3',
    'gate node-1 node-2 node-3',
    'done',
  ]);
});

test('in a serial stage each node passes its gate before the next one begins', async () => {
  const { work, log } = recorder();
  await run([stageOf(3, 1)], work).outcome;
  expect(log).toEqual([
    ...[
      'apply node-1',
      'gate node-1',
      'apply node-2',
      'gate node-2',
      'apply node-3',
      'gate node-3',
    ],
    'done',
  ]);
});

test('one bad node does not hold the others, and takes no part in later stages', async () => {
  const { work, log } = recorder({ apply: ['node-2'] });
  const stages = [stageOf(3, 3), stageOf(3, 3, { phases: ['later'], service: 'other' })];
  const { failures, untouched } = await run(stages, work).outcome;
  expect(untouched).toEqual([]);
  expect(failures.map(({ node }) => node)).toEqual(['node-2']);
  expect(log.filter((entry) => entry === 'apply node-2')).toHaveLength(1);
  expect(log.filter((entry) => entry === 'apply node-3')).toHaveLength(2);
});

test('in a serial stage the first failure keeps the remaining nodes untouched', async () => {
  const { work, log } = recorder({ gate: ['node-2'] });
  const { failures, untouched } = await run([stageOf(4, 1)], work).outcome;
  expect(failures.map(({ node }) => node)).toEqual(['node-2']);
  expect(untouched).toEqual(['node-3', 'node-4']);
  expect(log).not.toContain('apply node-3');
});

test('a stage with a failed node does not count as done', async () => {
  const { work, log } = recorder({ apply: ['node-1'] });
  await run([stageOf(2, 2)], work).outcome;
  expect(log).not.toContain('done');
});

test('an interrupted run starts nothing more and ends with the reason, once what was under way has ended', async () => {
  const controller = new AbortController();
  const { work, log } = recorder();
  const interrupting: StageWork = {
    ...work,
    apply: async (...given) => {
      await work.apply(...given);
      controller.abort(new Interrupted());
    },
  };
  await expect(run([stageOf(3, 1)], interrupting, controller.signal).outcome).rejects.toThrow(
    Interrupted,
  );
  expect(log).toEqual(['apply node-1']);
});

test('every phase that begins also ends, whatever fails', async () => {
  const phases = ['install', 'start'];
  const failings = [{}, { apply: ['node-1'] }, { gate: ['node-1'] }];
  for (const [failing, window] of failings.flatMap((each) =>
    [1, 2].map((n) => [each, n] as const),
  )) {
    const { work } = recorder(failing);
    const { events, outcome } = run([stageOf(2, window, { phases })], work);
    await outcome;
    const named = (type: DeployerEvent['type']) =>
      events
        .flatMap((event) => (event.type === type && 'phase' in event ? [event.phase] : []))
        .toSorted();
    expect(named('phase-ended')).toEqual(named('phase-started'));
  }
});

test('a stage counts as done only when every node that belongs to it is through', async () => {
  const { work, log } = recorder();
  await run([stageOf(3, 3)], work, undefined, ['node-2']).outcome;
  await run([stageOf(1, 1)], work, undefined, ['node-1']).outcome;
  await run([stageOf(0, 1)], work).outcome;
  expect(log).toEqual(['apply node-1', 'apply node-3', 'gate node-1 node-3']);
});

test('a stage does not count as done while a node is not through with an earlier one of its service', async () => {
  const { work, log } = recorder({ apply: ['node-2'] });
  const other = { service: 'other' };
  const stages = [stageOf(2, 2, { service: null }), stageOf(2, 2, other), stageOf(1, 1, other)];
  await run(stages, work).outcome;
  expect(log.slice(3)).toEqual(['apply node-1', 'gate node-1', 'apply node-1', 'gate node-1']);
});

test('nodes that a failed serial stage never started take no part in later stages', async () => {
  const { work, log } = recorder({ gate: ['node-1'] });
  await run([stageOf(3, 1), stageOf(3, 3, { phases: ['later'] })], work).outcome;
  expect(log).toEqual(['apply node-1', 'gate node-1']);
});

test('a node that only had to pass the gate does not make earlier phases look failed', async () => {
  const { work } = recorder();
  const onlyOne: StageWork = {
    ...work,
    apply: async (node, stage, timeline) => {
      if (node.ordinal === 1) await work.apply(node, stage, timeline);
    },
  };
  const phases = ['install', 'start'];
  const nodes = [stageNode(1, phases), stageNode(2), stageNode(3)];
  const { events, outcome } = run([stageOf(3, 3, { phases, nodes })], onlyOne);
  await outcome;
  const ends = events.flatMap((event) =>
    event.type === 'phase-ended' ? [[event.phase, event.ok]] : [],
  );
  expect(ends).toEqual([
    ['install', true],
    ['start', true],
  ]);
});

test('a gate that only some nodes did not pass fails only those', async () => {
  const { work } = recorder();
  const someClosed: StageWork = {
    ...work,
    passGate: async () => {
      const error = new DeployerError('gate-closed', 'not ready');
      throw new NodesFailed('not ready', [{ node: 'node-2', error }]);
    },
  };
  const { events, outcome } = run(
    [stageOf(3, 3), stageOf(3, 3, { phases: ['later'] })],
    someClosed,
  );
  const { failures, untouched } = await outcome;
  expect(failures.map(({ node }) => node)).toEqual(['node-2']);
  expect(untouched).toEqual(['node-1', 'node-3']);
  const end = events.find((event) => event.type === 'phase-ended');
  expect(end).toMatchObject({ ok: false, done: 2, total: 3 });
});

test('after a failure its service is left alone, and the stages of others go on', async () => {
  const { work, log } = recorder({ apply: ['node-2'] });
  const stages = [
    stageOf(3, 3, { event: 'join' }),
    stageOf(1, 1, { event: 'update' }),
    stageOf(3, 3, { event: null, service: null }),
  ];
  const { untouched } = await run(stages, work).outcome;
  expect(log.slice(3)).toEqual(['gate node-1 node-3', 'apply node-3', 'gate node-3']);
  expect(untouched).toEqual(['node-1']);
});

test('a node that may not be disturbed is not touched, and nobody after it', async () => {
  const { work, log } = recorder({ permit: ['node-2'] });
  const { failures, untouched } = await run([stageOf(3, 1)], work).outcome;
  expect(log).toEqual(['apply node-1', 'gate node-1']);
  expect(failures).toMatchObject([{ node: 'node-2', error: { code: 'no' } }]);
  expect(untouched).toEqual(['node-3']);
});

test('where a quorum watches each node is chosen by itself, though the window would hold them all', async () => {
  const { work, log } = recorder();
  const quorum: Quorum = { rule: 'majority', sets: [[1, 2, 3]] };
  const choosing: string[] = [];
  const lastFirst: StageWork = {
    ...work,
    next: async (waiting) => {
      choosing.push(waiting.map(({ name }) => name).join(' '));
      return waiting.at(-1) ?? work.next(waiting, stageOf(0, 0));
    },
  };
  await run([stageOf(3, 3, { quorum })], lastFirst).outcome;
  expect(log.filter((entry) => entry.startsWith('apply'))).toEqual([
    'apply node-3',
    'apply node-2',
    'apply node-1',
  ]);
  expect(choosing).toEqual(['node-1 node-2 node-3', 'node-1 node-2', 'node-1']);
  await run([stageOf(1, 1, { quorum })], lastFirst).outcome;
  expect(choosing.at(-1)).toBe('node-1');
});

test('a node whose permission comes only after another has failed is left as it is', async () => {
  let permitSecond = () => {};
  const { work, log } = recorder({ gate: ['node-1'] });
  const waits = new Promise<void>((resolve) => {
    permitSecond = resolve;
  });
  const permits: StageWork['permit'] = async ({ name }) => {
    if (name === 'node-2') await waits;
  };
  const passGate = async (nodes: readonly StageNode[], stage: Stage) => {
    setImmediate(permitSecond);
    return work.passGate(nodes, stage);
  };
  const { untouched } = await run([stageOf(3, 2)], { ...work, permit: permits, passGate }).outcome;
  expect(log).toEqual(['apply node-1', 'gate node-1']);
  expect(untouched).toEqual(['node-2', 'node-3']);
});

test('when nobody can be chosen the run ends with the reason, once what was under way has ended', async () => {
  const { work, log } = recorder();
  let asked = 0;
  const next: StageWork['next'] = async (waiting, stage) => {
    asked += 1;
    if (asked === 2) throw new DeployerError('lost', 'nobody to choose');
    return work.next(waiting, stage);
  };
  const { outcome } = run([stageOf(3, 2), stageOf(3, 3)], { ...work, next });
  await expect(outcome).rejects.toThrow('nobody to choose');
  expect(log).toEqual(['apply node-1', 'gate node-1']);
});
