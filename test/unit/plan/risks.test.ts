import { describe, expect, test } from 'vitest';
import type { MachineChange } from '../../../src/plan/machines.ts';
import type { ClusterModel } from '../../../src/plan/model.ts';
import { makePlan, type PlanInput } from '../../../src/plan/plan.ts';
import type { Risk } from '../../../src/plan/risks.ts';
import { demoRecipe } from './demo-recipe.ts';
import { formed, modelOfRecipe, modelOfText, onNewMachines } from './model-of.ts';
import { allOk, differing, input, standing } from './observed.ts';

const restart = { 'configure.1': null, 'start.1': 'restart' } as const;
const start = { 'start.1': 'start' } as const;

function risksOf(model: ClusterModel, known: Partial<PlanInput>): readonly Risk[] {
  return makePlan(input(model, known)).risks;
}

function ensemble(count: number): Promise<ClusterModel> {
  return modelOfRecipe('zookeeper', count);
}

/** These nodes serve with an outdated configuration, the others are as given: down, or not to be asked at all. */
function outdated(
  model: ClusterModel,
  serving: readonly number[],
  { down = [] }: { readonly down?: readonly number[] } = {},
): Pick<PlanInput, 'observed' | 'standings' | 'unknown'> {
  const asked = allOk(model, [...serving, ...down]);
  const repaired = down.reduce((all, ordinal) => differing(all, ordinal, start), asked);
  const ordinals = model.nodes.map(({ ordinal }) => ordinal);
  return {
    observed: serving.reduce((all, ordinal) => differing(all, ordinal, restart), repaired),
    standings: standing('zookeeper', serving),
    unknown: new Set(ordinals.filter((ordinal) => !asked.has(ordinal))),
  };
}

function change(ordinal: number, action: MachineChange['action']): MachineChange {
  return { ordinal, action, machineId: `i-${ordinal}`, incarnation: 1, reason: '' };
}

describe('a restart', () => {
  test('is no risk while all serve', async () => {
    const model = formed(await ensemble(3));
    expect(risksOf(model, outdated(model, [1, 2, 3]))).toEqual([]);
  });

  test('is one on each of three nodes of which one is out of reach, and it says what is missing', async () => {
    const model = formed(await ensemble(3));
    const risk = { service: 'zookeeper', kind: 'restart', missing: ['zookeeper-default-3'] };
    const lack = { serving: 1, needed: 2, members: 3 };
    expect(risksOf(model, outdated(model, [1, 2]))).toEqual([
      { ...risk, ...lack, nodes: ['zookeeper-default-1'] },
      { ...risk, ...lack, nodes: ['zookeeper-default-2'] },
    ]);
  });

  test('is none where the one that is down is repaired before', async () => {
    const model = formed(await ensemble(3));
    expect(risksOf(model, outdated(model, [1, 2], { down: [3] }))).toEqual([]);
  });

  test('is none on five nodes of which one is out of reach, and one where two are', async () => {
    const model = formed(await ensemble(5));
    expect(risksOf(model, outdated(model, [1, 2, 4, 5]))).toEqual([]);
    expect(risksOf(model, outdated(model, [1, 4, 5])).map(({ kind }) => kind)).toEqual([
      'restart',
      'restart',
      'restart',
    ]);
  });

  test('is one in a growth from 3 to 5 with an old node gone: 4 of 5 would serve, but only 1 of the 3 that know of each other', async () => {
    const model = formed(await ensemble(5), [1, 2, 3]);
    const risks = risksOf(model, { ...outdated(model, [1, 2]), unknown: new Set([3]) });
    expect(risks.map(({ nodes }) => nodes)).toEqual([
      ['zookeeper-default-1'],
      ['zookeeper-default-2'],
    ]);
    expect(risks[0]).toMatchObject({ serving: 1, needed: 2, members: 3 });
  });

  test('is none in a growth from 3 to 5 whose members all serve', async () => {
    const model = formed(await ensemble(5), [1, 2, 3]);
    expect(risksOf(model, { ...outdated(model, [1, 2, 3]), unknown: new Set() })).toEqual([]);
  });

  test('is one in a growth to 5 of which neither new node can be reached, so that neither will join', async () => {
    const model = formed(await ensemble(5), [1, 2, 3]);
    expect(risksOf(model, outdated(model, [1, 2, 3]))[0]).toMatchObject({
      ...{ nodes: ['zookeeper-default-1'], serving: 2, needed: 3, members: 5 },
      missing: ['zookeeper-default-4', 'zookeeper-default-5'],
    });
  });

  test('is none where nobody is restarted: a reload, a repair, a service on its first day', async () => {
    const model = formed(await ensemble(3));
    const standings = standing('zookeeper', [1]);
    const reload = differing(allOk(model), 1, { 'start.1': 'reload' });
    expect(risksOf(model, { observed: reload, standings })).toEqual([]);
    expect(risksOf(model, outdated(model, [], { down: [1, 2, 3] }))).toEqual([]);
    expect(risksOf(await ensemble(3), {})).toEqual([]);
  });

  test('is none in an ensemble of one or two, which can spare nobody whatever is done', async () => {
    const [one, two] = [formed(await ensemble(1)), formed(await ensemble(2))];
    expect(risksOf(one, outdated(one, [1]))).toEqual([]);
    expect(risksOf(two, outdated(two, [1, 2]))).toEqual([]);
  });

  test('is never one where the service needs no quorum', async () => {
    const model = formed(await modelOfText(demoRecipe(), 3));
    const { standings } = outdated(model, [1]);
    const observed = differing(allOk(model, [1]), 1, restart);
    expect(risksOf(model, { observed, standings, unknown: new Set([2, 3]) })).toEqual([]);
  });
});

describe('replacing machines', () => {
  const replaced = async (
    ordinals: readonly number[],
    serving: readonly number[],
    { size = 3, known = {} as Partial<PlanInput>, others = [] as readonly MachineChange[] } = {},
  ) => {
    const model = onNewMachines(formed(await ensemble(size)), ordinals);
    const machines = [...ordinals.map((ordinal) => change(ordinal, 'replace')), ...others];
    const standings = standing('zookeeper', serving);
    const observed = allOk(model, serving);
    const unknown = new Set(
      model.nodes
        .map(({ ordinal }) => ordinal)
        .filter((each) => !ordinals.includes(each) && !serving.includes(each)),
    );
    return risksOf(model, { machines, standings, observed, unknown, ...known });
  };

  test('is no risk while those that stay hold a majority', async () => {
    expect(await replaced([2], [1, 3])).toEqual([]);
    expect(await replaced([1, 5], [2, 3, 4], { size: 5 })).toEqual([]);
  });

  test('is one when two of three are replaced', async () => {
    expect(await replaced([1, 2], [3])).toEqual([
      {
        ...{ service: 'zookeeper', kind: 'replace', serving: 1, needed: 2, members: 3 },
        nodes: ['zookeeper-default-1', 'zookeeper-default-2'],
        missing: [],
      },
    ]);
  });

  test('is one when one of three is and another does not serve', async () => {
    expect(await replaced([1], [2])).toMatchObject([
      { kind: 'replace', nodes: ['zookeeper-default-1'], missing: ['zookeeper-default-3'] },
    ]);
  });

  test('is none when that other one is repaired, or its machine is only switched off', async () => {
    const model = onNewMachines(formed(await ensemble(3)), [1]);
    const observed = differing(allOk(model, [2, 3]), 3, start);
    expect(await replaced([1], [2], { known: { observed, unknown: new Set() } })).toEqual([]);
    expect(await replaced([1], [2], { others: [change(3, 'start')] })).toEqual([]);
  });

  test('is always one in an ensemble of one or two: what is left is no majority', async () => {
    expect(await replaced([1], [], { size: 1 })).toMatchObject([{ serving: 0, needed: 1 }]);
    expect(await replaced([2], [1], { size: 2 })).toMatchObject([{ serving: 1, needed: 2 }]);
  });
});

describe('replacing machines in a growth from 3 to 5', () => {
  const growing = async (
    replaced: readonly number[],
    serving: readonly number[],
    { others = [] as readonly MachineChange[], down = [] as readonly number[] } = {},
  ) => {
    const model = onNewMachines(formed(await ensemble(5), [1, 2, 3]), replaced);
    const asked = allOk(model, [...serving, ...down]);
    const observed = down.reduce((all, ordinal) => differing(all, ordinal, start), asked);
    const machines = [...replaced.map((ordinal) => change(ordinal, 'replace')), ...others];
    const coming = new Set(machines.map(({ ordinal }) => ordinal));
    const unknown = model.nodes
      .map(({ ordinal }) => ordinal)
      .filter((ordinal) => !asked.has(ordinal) && !coming.has(ordinal));
    const standings = standing('zookeeper', serving);
    return risksOf(model, { machines, observed, standings, unknown: new Set(unknown) });
  };

  test('is none for one lost member, while the joiners are yet to come', async () => {
    const others = [change(4, 'launch'), change(5, 'launch')];
    expect(await growing([2], [1, 3], { others })).toEqual([]);
  });

  test('is none for one lost member once the joiners serve, nor for one that is still booting', async () => {
    expect(await growing([2], [1, 3, 4, 5])).toEqual([]);
    expect(await growing([2], [1, 3], { down: [4, 5] })).toEqual([]);
  });

  test('is none for joiners, while the members serve or are repaired', async () => {
    expect(await growing([4, 5], [1, 2, 3])).toEqual([]);
    expect(await growing([4, 5], [1], { down: [2, 3] })).toEqual([]);
  });

  test('is one for joiners too when most members are out of reach: nobody could take them in', async () => {
    expect(await growing([4, 5], [1])).toMatchObject([
      {
        ...{ kind: 'replace', serving: 1, needed: 2, members: 3 },
        nodes: ['zookeeper-default-4', 'zookeeper-default-5'],
        missing: ['zookeeper-default-2', 'zookeeper-default-3'],
      },
    ]);
  });

  test('is one when two of the old three are lost, whoever has joined', async () => {
    expect(await growing([2, 3], [1, 4, 5])).toMatchObject([
      { kind: 'replace', serving: 1, needed: 2, members: 3 },
    ]);
  });

  test('is one when two of the old three are left, but the five may have written without them', async () => {
    expect(await growing([3, 4, 5], [1, 2])).toMatchObject([
      {
        ...{ kind: 'replace', serving: 2, needed: 3, members: 5, missing: [] },
        nodes: ['zookeeper-default-3', 'zookeeper-default-4', 'zookeeper-default-5'],
      },
    ]);
  });
});
