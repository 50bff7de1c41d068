import { beforeAll, describe, expect, test } from 'vitest';
import type { ClusterModel } from '../../../src/plan/model.ts';
import { makePlan, type PlanInput } from '../../../src/plan/plan.ts';
import type { Stage } from '../../../src/plan/stage.ts';
import { nodeWishes } from '../../../src/plan/wishes.ts';
import { demoRecipe } from './demo-recipe.ts';
import { formed, modelOfRecipe, modelOfText, onNewMachines } from './model-of.ts';
import { allOk, differing, input, standing } from './observed.ts';

let zookeeper: ClusterModel;
let demo: ClusterModel;
beforeAll(async () => {
  zookeeper = await modelOfRecipe('zookeeper', 3);
  const command = (event: string) => `{mode: batched, command: "${event} {{node.ordinal}}"}`;
  const events = ['first', 'join', 'replace', 'update'];
  const rules = Object.fromEntries(events.map((event) => [event, command(event)]));
  demo = await modelOfText(demoRecipe({ rules }), 2);
});

function stagesOf(model: ClusterModel, known: Partial<PlanInput> = {}): readonly Stage[] {
  return makePlan(input(model, known)).stages;
}

/** By node of a stage: the ids of what travels to it. */
function travelling(stage: Stage | undefined) {
  return stage?.nodes.map(({ ordinal, wishes }) => [ordinal, ...wishes.map(({ id }) => id)]);
}

describe('what travels to a node', () => {
  test('is all of a phase in which something differs, and the service behind it in the same exchange', () => {
    const model = formed(zookeeper);
    const observed = differing(allOk(model), 2, { 'configure.3': null, 'start.1': 'restart' });
    const [stage, ...others] = stagesOf(model, { observed });
    expect(others).toEqual([]);
    expect(stage?.phases).toEqual(['configure', 'start']);
    const configure = [1, 2, 3, 4].map((number) => `configure.${number}`);
    expect(travelling(stage)).toEqual([[2, ...configure, 'start.1']]);
  });

  test('is the service alone where only its process is not as wished', () => {
    const model = formed(zookeeper);
    const observed = differing(allOk(model), 1, { 'start.1': 'restart' });
    const stages = stagesOf(model, { observed });
    expect(stages.map(travelling)).toEqual([[[1, 'start.1']]]);
  });

  test('is a phase too of which it only has to keep what was applied, and that disturbs nobody', () => {
    const model = formed(demo);
    const unrecorded = new Map([[2, ['install']]]);
    const stages = stagesOf(model, { observed: allOk(model), unrecorded });
    expect(stages.map(travelling)).toEqual([[[2, 'install.1', 'start.1']]]);
    expect(stages).toMatchObject([{ event: null, gate: null }]);
  });

  test('is each phase only once, whatever differs', () => {
    const model = onNewMachines(formed(zookeeper), [2]);
    const observed = differing(allOk(model, [1, 3]), 1, { 'install.1': null, 'start.1': 'start' });
    for (const { wishes } of stagesOf(model, { observed }).flatMap(({ nodes }) => nodes)) {
      expect(new Set(wishes.map(({ id }) => id)).size).toBe(wishes.length);
    }
  });
});

describe('nodes that take turns because they do not serve yet', () => {
  test('are installed and configured all at once before, so that a turn is the start alone', async () => {
    const five = await modelOfRecipe('zookeeper', 5);
    const stages = stagesOf(formed(five, [1, 2, 3]), { observed: allOk(five, [1, 2, 3]) });
    expect(stages).toMatchObject([
      {
        event: null,
        service: 'zookeeper',
        window: 2,
        gate: null,
        settled: null,
        phases: ['install', 'configure'],
      },
      { event: 'join', service: 'zookeeper', window: 1, phases: ['start'] },
    ]);
    expect(travelling(stages[1])).toEqual([
      [4, 'start.1'],
      [5, 'start.1'],
    ]);
  });

  test('are not when there is only one of them, since nobody waits for it', () => {
    const model = onNewMachines(formed(zookeeper), [3]);
    const stages = stagesOf(model, { observed: allOk(model, [1, 2]) });
    expect(stages).toMatchObject([
      { event: 'replace', phases: ['install', 'configure', 'start'], nodes: [{ ordinal: 3 }] },
    ]);
  });

  test('get nothing early in an update: a new configuration arrives in the turn of its node', () => {
    const model = formed(zookeeper);
    const changes = { 'configure.1': null, 'start.1': 'restart' } as const;
    const observed = differing(differing(allOk(model), 1, changes), 2, changes);
    const standings = standing('zookeeper', [1, 2, 3]);
    expect(stagesOf(model, { observed, standings })).toMatchObject([
      { event: 'update', phases: ['configure', 'start'] },
    ]);
  });
});

describe('the one-shot command of an event', () => {
  const commands = (stages: readonly Stage[]) =>
    stages.flatMap(({ nodes }) =>
      nodes.flatMap(({ wishes }) =>
        wishes.flatMap(({ step }) =>
          'command' in step && typeof step.command === 'object' ? step.command.run : [],
        ),
      ),
    );

  test('runs right before the service starts, on founders alone when a service is formed', () => {
    const record = zookeeper.recorded['zookeeper'];
    if (record === undefined) throw new Error('zookeeper has a record');
    const founders = record.founders.filter(({ ordinal }) => ordinal !== 1);
    const model = { ...zookeeper, recorded: { zookeeper: { ...record, founders } } };
    const lastTwo = travelling(stagesOf(model)[0])?.map((ids) => ids.slice(-2));
    expect(lastTwo).toEqual([
      ['configure.4', 'start.1'],
      ['start.first', 'start.1'],
      ['start.first', 'start.1'],
    ]);
  });

  test('is filled for its node, and is that of the event that happens', () => {
    expect(commands(stagesOf(demo))).toEqual(['first 1', 'first 2']);
    const joining = stagesOf(formed(demo, [1]), { observed: allOk(demo, [1]) });
    expect(commands(joining)).toEqual(['join 2']);
    const replaced = onNewMachines(formed(demo), [2]);
    expect(commands(stagesOf(replaced, { observed: allOk(demo, [1]) }))).toEqual(['replace 2']);
    const updated = differing(allOk(demo), 1, { 'start.1': 'restart' });
    expect(commands(stagesOf(formed(demo), { observed: updated }))).toEqual(['update 1']);
  });

  test('does not run in a repair', () => {
    const observed = differing(allOk(demo), 1, { 'start.1': 'start' });
    expect(commands(stagesOf(formed(demo), { observed }))).toEqual([]);
  });

  test('does not run where the process is left alone', () => {
    expect(commands(stagesOf(demo, { observed: allOk(demo) }))).toEqual([]);
    const observed = differing(allOk(demo), 1, { 'install.1': null });
    expect(commands(stagesOf(demo, { observed }))).toEqual([]);
    expect(commands(stagesOf(formed(demo), { observed }))).toEqual([]);
  });

  test('is no lasting wish, so no node is ever asked about it', () => {
    const ids = demo.nodes.flatMap((node) => nodeWishes(demo, node).map(({ id }) => id));
    expect(ids).not.toContain('start.first');
  });
});

test('a node without the role of the service gets what leads to it, and is not asked by the gate', async () => {
  const text = demoRecipe().replace('  server: {count: 3}', '  server: {count: 1}\n  agent: {}');
  const model = await modelOfText(
    text.replace('  - start:', '  - start:\n      roles: [server]'),
    2,
  );
  const [one, two] = model.nodes;
  if (one === undefined || two === undefined) throw new Error('the cluster has two nodes');
  const nodes = [one, { ...two, roles: ['agent'] }];
  expect(stagesOf({ ...model, nodes })).toMatchObject([
    { event: null, phases: ['install', 'configure'], nodes: [{ ordinal: 2, serves: false }] },
    { event: 'first', nodes: [{ ordinal: 1, serves: true }] },
  ]);
});

test("a service's inputs change with any of the files that lead to it, and with nothing else", async () => {
  const inputsOf = async (settings: Readonly<Record<string, string | number>>) => {
    const model = await modelOfRecipe('zookeeper', 1, { settings });
    const [node] = model.nodes;
    if (node === undefined) throw new Error('the cluster has a node');
    const step = nodeWishes(model, node).find(({ id }) => id === 'start.1')?.step;
    return step !== undefined && 'service' in step ? step.service.inputs : undefined;
  };
  const usual = await inputsOf({});
  expect(await inputsOf({})).toBe(usual);
  expect(await inputsOf({ heapPercent: 40 })).not.toBe(usual);
  expect(await inputsOf({ version: '3.8.0-11+deb12u2' })).not.toBe(usual);
});
