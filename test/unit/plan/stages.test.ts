import { beforeAll, describe, expect, test } from 'vitest';
import type { ClusterModel } from '../../../src/plan/model.ts';
import { makePlan, type PlanInput } from '../../../src/plan/plan.ts';
import type { Stage } from '../../../src/plan/stage.ts';
import { demoRecipe } from './demo-recipe.ts';
import { formed, modelOfRecipe, modelOfText, onNewMachines } from './model-of.ts';
import { allOk, differing, input, standing } from './observed.ts';

const restart = { 'configure.1': null, 'start.1': 'restart' } as const;
const start = { 'start.1': 'start' } as const;

let zookeeper: ClusterModel;
let five: ClusterModel;
beforeAll(async () => {
  zookeeper = await modelOfRecipe('zookeeper', 3);
  five = await modelOfRecipe('zookeeper', 5);
});

function stagesOf(model: ClusterModel, known: Partial<PlanInput> = {}): readonly Stage[] {
  return makePlan(input(model, known)).stages;
}

/** The event of each stage with the ordinals of its nodes in their order. */
function told(stages: readonly Stage[]) {
  return stages.map(({ event, nodes }) => [event, ...nodes.map(({ ordinal }) => ordinal)]);
}

/** All members differ and serve, but those that are down. */
function update(model: ClusterModel, down: readonly number[] = []): Partial<PlanInput> {
  const ordinals = [...model.nodes.map(({ ordinal }) => ordinal)];
  const observed = ordinals.reduce(
    (all, ordinal) => differing(all, ordinal, down.includes(ordinal) ? start : restart),
    allOk(model),
  );
  const serving = ordinals.filter((ordinal) => !down.includes(ordinal));
  return { observed, standings: standing('zookeeper', serving) };
}

describe('a node', () => {
  test('of a service that was never formed founds it with all the others at once', () => {
    const stages = stagesOf(zookeeper);
    expect(told(stages)).toEqual([['first', 1, 2, 3]]);
    expect(stages).toMatchObject([
      { phases: ['install', 'configure', 'start'], service: 'zookeeper', window: 3, quorum: null },
    ]);
  });

  test('of a formation that was cut short passes the gate again, though no step is missing', () => {
    const stages = stagesOf(zookeeper, { observed: allOk(zookeeper) });
    expect(told(stages)).toEqual([['first', 1, 2, 3]]);
    expect(stages[0]?.nodes.map(({ wishes }) => wishes)).toEqual([[], [], []]);
    expect(stages).toMatchObject([{ phases: ['start'], settles: true }]);
  });

  test('that is no member yet joins, though no step is missing', () => {
    const stages = stagesOf(formed(five, [1, 2, 3]), { observed: allOk(five) });
    expect(told(stages)).toEqual([['join', 4, 5]]);
    expect(stages).toMatchObject([{ phases: ['start'], window: 1, settles: true }]);
    expect(stages[0]?.gate).not.toBeNull();
  });

  test('on a new machine replaces the member that had its ordinal', () => {
    const model = onNewMachines(formed(zookeeper), [2]);
    const stages = stagesOf(model, { observed: allOk(model, [1, 3]) });
    expect(told(stages).at(-1)).toEqual(['replace', 2]);
  });

  test('whose service is down, or runs without serving, is repaired', () => {
    const model = formed(zookeeper);
    const down = differing(allOk(model), 1, start);
    const observed = differing(down, 2, restart);
    const standings = standing('zookeeper', [3], [], [2]);
    expect(told(stagesOf(model, { observed, standings }))).toEqual([['repair', 1, 2]]);
  });

  test('that runs without serving is repaired though nothing of it differs: it only passes its gate, before who serves is disturbed', async () => {
    const model = formed(await modelOfText(demoRecipe(), 3));
    const observed = differing(allOk(model), 2, restart);
    const standings = standing('demo', [2, 3], [], [1]);
    const stages = stagesOf(model, { observed, standings });
    expect(told(stages)).toEqual([
      ['repair', 1],
      ['update', 2],
    ]);
    expect(stages[0]).toMatchObject({ phases: ['start'], nodes: [{ serves: true, wishes: [] }] });
    expect(stages[0]?.gate).not.toBeNull();
  });

  test('that serves is updated though it is no member yet: it joined, and the run did not live to say so', () => {
    const model = formed(five, [1, 2, 3]);
    const observed = differing(differing(allOk(model), 4, restart), 5, { 'start.1': 'reload' });
    const standings = standing('zookeeper', [1, 2, 3, 4, 5], [4]);
    const stages = stagesOf(model, { observed, standings });
    expect(told(stages)).toEqual([['update', 5, 4]]);
    expect(stages).toMatchObject([{ window: 1, settles: true }]);
    expect(stages[0]?.quorum?.sets).toEqual([
      [1, 2, 3],
      [1, 2, 3, 4, 5],
    ]);
  });

  test('that serves is updated though it is on a new machine', () => {
    const model = onNewMachines(formed(zookeeper), [2]);
    const observed = differing(allOk(model), 2, restart);
    const standings = standing('zookeeper', [1, 2, 3]);
    expect(told(stagesOf(model, { observed, standings }))).toEqual([['update', 2]]);
  });

  test('that serves is updated though its service never was formed: the rest founds it before', () => {
    const two = differing(differing(allOk(zookeeper), 1, restart), 2, restart);
    const observed = differing(two, 3, restart);
    const standings = standing('zookeeper', [1, 2], [], [3]);
    const stages = stagesOf(zookeeper, { observed, standings });
    expect(told(stages)).toEqual([
      ['first', 3],
      ['update', 1, 2],
    ]);
    expect(stages.map(({ settles }) => settles)).toEqual([false, true]);
    expect(stages[1]?.quorum?.sets).toEqual([[1, 2, 3]]);
  });

  test('that joins or replaces and does not serve yet is restarted as what it is', () => {
    const model = onNewMachines(formed(five, [1, 2, 3, 4]), [2]);
    const observed = differing(differing(allOk(model), 2, restart), 5, restart);
    const standings = standing('zookeeper', [1, 3, 4], [], [2, 5]);
    expect(told(stagesOf(model, { observed, standings }))).toEqual([
      ['replace', 2],
      ['join', 5],
    ]);
  });

  test('that serves is updated', () => {
    const model = formed(zookeeper);
    expect(told(stagesOf(model, update(model)))).toEqual([['update', 1, 2, 3]]);
  });

  test('that could not be asked is left out, and so is one that is as wished', () => {
    const model = formed(zookeeper);
    const observed = differing(allOk(model, [1, 3]), 1, restart);
    const stages = stagesOf(model, { observed, unknown: new Set([2]) });
    expect(told(stages)).toEqual([['update', 1]]);
  });
});

test('events come in this order: who should serve comes back, is replaced, new ones join, who serves is disturbed last', () => {
  const model = onNewMachines(formed(five, [1, 2, 3, 4]), [2]);
  const repaired = differing(allOk(model, [1, 3, 4]), 3, start);
  const observed = differing(differing(repaired, 1, restart), 4, restart);
  const standings = standing('zookeeper', [1, 4]);
  const stages = stagesOf(model, { observed, standings });
  expect(stages.map(({ event, nodes }) => [event, ...nodes.map(({ ordinal }) => ordinal)])).toEqual(
    [
      ['repair', 3],
      ['replace', 2],
      ['join', 5],
      ['update', 1, 4],
    ],
  );
});

describe('only the last stage of a service', () => {
  test('settles who its members are', () => {
    const model = formed(five, [1, 2, 3]);
    const { observed, standings } = update(model);
    const joining = new Map([...(observed ?? [])].filter(([ordinal]) => ordinal < 4));
    const stages = stagesOf(model, { observed: joining, standings: standings ?? new Map() });
    expect(stages.map(({ event, settles }) => [event, settles])).toEqual([
      [null, false],
      ['join', false],
      ['update', true],
    ]);
  });

  test('settles them for each service, and no stage without an event settles anything', async () => {
    const more = `  - tools: {steps: [{package: [jq]}]}
  - second: {service: {name: second, inputs: [tools]}}
  - last: {steps: [{package: [less]}]}
`;
    const stages = stagesOf(await modelOfText(demoRecipe({ more }), 2));
    expect(stages.map(({ phases, service, settles }) => [phases, service, settles])).toEqual([
      [['install', 'configure', 'start'], 'demo', true],
      [['tools', 'second'], 'second', true],
      [['last'], null, false],
    ]);
  });
});

test('what disturbs nobody goes to all nodes at once, without a gate, before anything that does', () => {
  const model = formed(zookeeper);
  const quiet = differing(differing(allOk(model), 1, { 'install.4': null }), 2, {
    'install.4': null,
  });
  const stages = stagesOf(model, {
    observed: differing(quiet, 3, restart),
    standings: standing('zookeeper', [1, 2, 3]),
  });
  expect(told(stages)).toEqual([
    [null, 1, 2],
    ['update', 3],
  ]);
  expect(stages[0]).toMatchObject({ window: 2, gate: null, quorum: null, service: null });
});

describe('an update', () => {
  test('turns last to those that the recipe wants last, like the leader', () => {
    const model = formed(zookeeper);
    const standings = standing('zookeeper', [1, 2, 3], [1]);
    const stages = stagesOf(model, { ...update(model), standings });
    expect(told(stages)).toEqual([['update', 2, 3, 1]]);
  });

  test('goes one by one when the recipe says nothing, and every node waits at the gate', async () => {
    const model = formed(await modelOfText(demoRecipe(), 3));
    const stages = stagesOf(model, update(model));
    expect(stages).toMatchObject([{ event: 'update', window: 1, quorum: null }]);
    expect(stages[0]?.gate?.probeAt(model.nodes[0] ?? never())).toEqual({ command: 'serves' });
  });

  test.each([
    ['{mode: batched, batch: 2}', 2],
    ['{mode: batched, batch: 50%}', 2],
    ['{mode: batched}', 5],
    ['{mode: serial}', 1],
  ])('goes in the window of its rule %s', async (rule, window) => {
    const model = formed(await modelOfText(demoRecipe({ rules: { update: rule } }), 5));
    expect(stagesOf(model, update(model))).toMatchObject([{ event: 'update', window }]);
  });

  test('disturbs only nodes whose process is restarted', () => {
    const model = formed(zookeeper);
    const reload = differing(allOk(model), 1, { 'configure.2': null, 'start.1': 'reload' });
    const observed = differing(reload, 2, restart);
    const stages = stagesOf(model, { observed, standings: standing('zookeeper', [1, 2, 3]) });
    expect(stages[0]?.nodes).toMatchObject([
      { ordinal: 1, disturbs: false },
      { ordinal: 2, disturbs: true },
    ]);
  });

  test('needs a majority of those that settled it and of all who will be, where the service needs one', () => {
    const model = formed(five, [1, 2, 3]);
    const { observed, standings } = update(model);
    const stages = stagesOf(model, {
      observed: new Map([...(observed ?? [])].filter(([ordinal]) => ordinal < 4)),
      standings: standings ?? new Map(),
    });
    const quorums = stages.map(({ event, quorum }) => [event, quorum?.sets ?? null]);
    expect(quorums.slice(1)).toEqual([
      ['join', null],
      [
        'update',
        [
          [1, 2, 3],
          [1, 2, 3, 4, 5],
        ],
      ],
    ]);
  });
});

test('only those who vote count for a quorum, and only a restart of theirs disturbs it', async () => {
  const text = demoRecipe({ service: 'quorum: majority, voters: voter' });
  const roles = 'roles:\n  voter: {count: {oddUpTo: 3}}\n';
  const model = formed(await modelOfText(text.replace('roles:\n', roles), 4));
  const observed = differing(differing(allOk(model), 1, restart), 4, restart);
  const stages = stagesOf(model, { observed, standings: standing('demo', [1, 2, 3, 4]) });
  expect(stages).toMatchObject([
    {
      event: 'update',
      quorum: {
        sets: [
          [1, 2, 3],
          [1, 2, 3],
        ],
      },
    },
  ]);
  expect(stages[0]?.nodes).toMatchObject([
    { ordinal: 1, disturbs: true },
    { ordinal: 4, disturbs: false },
  ]);
});

test('nobody who is repaired takes turns: what does not serve cannot be disturbed', () => {
  const model = formed(zookeeper);
  const stages = stagesOf(model, update(model, [1, 2, 3]));
  expect(stages).toMatchObject([{ event: 'repair', window: 3, quorum: null }]);
  expect(stages[0]?.nodes.some(({ disturbs }) => disturbs)).toBe(false);
});

test("an event's own gate takes the place of the phase's, and a repair passes that of an update", async () => {
  const gated = (command: string) => `{mode: serial, gate: {probe: {command: ${command}}}}`;
  const rules = { first: gated('born'), update: gated('back') };
  const model = await modelOfText(demoRecipe({ rules }), 1);
  const down = differing(allOk(model), 1, start);
  const asked = [stagesOf(model), stagesOf(formed(model), { observed: down })].map((stages) =>
    stages.at(-1)?.gate?.probeAt(model.nodes[0] ?? never()),
  );
  expect(asked).toEqual([{ command: 'born' }, { command: 'back' }]);
});

function never(): never {
  throw new Error('the cluster has a node');
}
