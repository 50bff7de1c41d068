import fc from 'fast-check';
import { expect, test } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { runStages, type StageWork } from '../../../src/engine/run-stages.ts';
import { DeployerError, Interrupted, NodesFailed } from '../../../src/errors.ts';
import type { DeployerEvent } from '../../../src/events.ts';
import type { Stage } from '../../../src/plan/stage.ts';

function stageOf(count: number, window: number, phases: readonly string[] = ['work']): Stage {
  const nodes = Array.from({ length: count }, (_, index) => ({
    ordinal: index + 1,
    name: `node-${index + 1}`,
    serves: true,
    wishes: [],
  }));
  return { phases, nodes, window, gate: null, forms: null };
}

/** Work that takes a moment, fails where it is told to, and remembers what happened in which order. */
function recorder(failing: { apply?: readonly string[]; gate?: readonly string[] } = {}) {
  const log: string[] = [];
  let underWay = 0;
  let most = 0;
  const work: StageWork = {
    apply: async (node, stage, timeline) => {
      underWay += 1;
      most = Math.max(most, underWay);
      log.push(`apply ${node.name}`);
      timeline.stepStarted(node.name, stage.phases[0] ?? '');
      await Promise.resolve();
      if (failing.apply?.includes(node.name) === true) {
        underWay -= 1;
        throw new DeployerError('step-failed', `${node.name} failed`);
      }
    },
    passGate: async (nodes) => {
      await Promise.resolve();
      underWay -= nodes.length;
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
  return { work, log, most: () => most };
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
  return { events, failures: runStages(stages, new Set(absent), work, deps) };
}

test('nodes that go together are asked for their gate together, since they may need each other', async () => {
  const { work, log } = recorder();
  expect(await run([stageOf(3, 3)], work).failures).toEqual([]);
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
  await run([stageOf(3, 1)], work).failures;
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
  const failures = await run([stageOf(3, 3), stageOf(3, 3, ['later'])], work).failures;
  expect(failures.map(({ node }) => node)).toEqual(['node-2']);
  expect(log.filter((entry) => entry === 'apply node-2')).toHaveLength(1);
  expect(log.filter((entry) => entry === 'apply node-3')).toHaveLength(2);
});

test('in a serial stage the first failure keeps the remaining nodes untouched', async () => {
  const { work, log } = recorder({ gate: ['node-2'] });
  const failures = await run([stageOf(4, 1)], work).failures;
  expect(failures.map(({ node }) => node)).toEqual(['node-2']);
  expect(log).not.toContain('apply node-3');
});

test('a stage with a failed node does not count as done', async () => {
  const { work, log } = recorder({ apply: ['node-1'] });
  await run([stageOf(2, 2)], work).failures;
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
  await expect(run([stageOf(3, 1)], interrupting, controller.signal).failures).rejects.toThrow(
    Interrupted,
  );
  expect(log).toEqual(['apply node-1']);
});

test('whatever the size, window and failures: no node twice, never more than the window, no failure lost', async () => {
  const cases = fc.record({
    count: fc.integer({ min: 1, max: 12 }),
    window: fc.integer({ min: 1, max: 12 }),
    bad: fc.uniqueArray(fc.integer({ min: 1, max: 12 }), { maxLength: 4 }),
  });
  await fc.assert(
    fc.asyncProperty(cases, async ({ count, window, bad }) => {
      const names = bad.map((ordinal) => `node-${ordinal}`);
      const { work, log, most } = recorder({ apply: names });
      const failures = await run([stageOf(count, Math.min(window, count))], work).failures;
      const applied = log.filter((entry) => entry.startsWith('apply'));
      expect(new Set(applied).size).toBe(applied.length);
      expect(most()).toBeLessThanOrEqual(Math.min(window, count));
      const failed = applied.filter((entry) => names.includes(entry.slice('apply '.length)));
      expect(failures).toHaveLength(failed.length);
    }),
  );
});

test('every phase that begins also ends, whatever fails', async () => {
  const phases = ['install', 'start'];
  const failings = [{}, { apply: ['node-1'] }, { gate: ['node-1'] }];
  for (const [failing, window] of failings.flatMap((each) =>
    [1, 2].map((n) => [each, n] as const),
  )) {
    const { work } = recorder(failing);
    const { events, failures } = run([stageOf(2, window, phases)], work);
    await failures;
    const named = (type: DeployerEvent['type']) =>
      events
        .flatMap((event) => (event.type === type && 'phase' in event ? [event.phase] : []))
        .toSorted();
    expect(named('phase-ended')).toEqual(named('phase-started'));
  }
});

test('a stage counts as done only when every node that belongs to it is through', async () => {
  const { work, log } = recorder();
  await run([stageOf(3, 3)], work, undefined, ['node-2']).failures;
  await run([stageOf(1, 1)], work, undefined, ['node-1']).failures;
  await run([stageOf(0, 1)], work).failures;
  expect(log).toEqual(['apply node-1', 'apply node-3', 'gate node-1 node-3']);
});

test('nodes that a failed serial stage never started take no part in later stages', async () => {
  const { work, log } = recorder({ gate: ['node-1'] });
  await run([stageOf(3, 1), stageOf(3, 3, ['later'])], work).failures;
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
  const { events, failures } = run([stageOf(3, 3, ['install', 'start'])], onlyOne);
  await failures;
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
  const { events, failures } = run([stageOf(3, 3), stageOf(3, 3, ['later'])], someClosed);
  expect(new Set((await failures).map(({ node }) => node))).toEqual(new Set(['node-2']));
  const end = events.find((event) => event.type === 'phase-ended');
  expect(end).toMatchObject({ ok: false, done: 2, total: 3 });
});
