import { beforeAll, describe, expect, test } from 'vitest';
import type { MachineChange } from '../../../src/plan/machines.ts';
import type { ClusterModel } from '../../../src/plan/model.ts';
import {
  changesAnything,
  countChanges,
  countMachines,
  makePlan,
  type PlanInput,
} from '../../../src/plan/plan.ts';
import { nodeWishes } from '../../../src/plan/wishes.ts';
import { deepFreeze } from './deep-freeze.ts';
import { demoRecipe } from './demo-recipe.ts';
import { formed, modelOfRecipe, modelOfText } from './model-of.ts';
import { allOk, differing, input, standing } from './observed.ts';

let model: ClusterModel;
/** The same on another port. */
let elsewhere: ClusterModel;
beforeAll(async () => {
  model = await modelOfRecipe('zookeeper', 3);
  elsewhere = await modelOfRecipe('zookeeper', 3, { settings: { clientPort: 2182 } });
});

/** A change of the configuration that has not reached node 2 yet, and a change of node 3 that needs no restart. */
function changed(ensemble: ClusterModel): Partial<PlanInput> {
  const two = differing(allOk(ensemble), 2, { 'configure.1': null, 'start.1': 'restart' });
  return { observed: differing(two, 3, { 'install.4': null }) };
}

function kept(ordinal: number, reason: string): MachineChange {
  return { ordinal, action: 'keep', machineId: `i-${ordinal}`, incarnation: 1, reason };
}

describe('what changes', () => {
  test('is every step on every node of a cluster that does not exist yet, and each service is started', () => {
    const plan = makePlan(input(model));
    expect(countChanges(plan)).toBe(model.nodes.flatMap((node) => nodeWishes(model, node)).length);
    const verbs = plan.nodes.map(({ changes }) =>
      changes.flatMap(({ id, verb }) => (verb === null ? [] : [id, verb])),
    );
    expect(verbs).toEqual(model.nodes.map(() => ['start.1', 'start']));
  });

  test('is what a node says that differs, in words, with what happens to the process', () => {
    const { nodes } = makePlan(input(formed(model), changed(formed(model))));
    expect(nodes[0]?.changes).toEqual([]);
    expect(nodes[1]?.changes).toMatchObject([
      { title: 'file /etc/zookeeper/zoo.cfg', detail: 'differs', verb: null },
      { title: 'service zookeeper', verb: 'restart' },
    ]);
    expect(nodes[2]?.changes).toMatchObject([{ title: 'directory /etc/zookeeper', verb: null }]);
  });

  test('is nothing where a node could not be asked, and nothing where the host owns it', () => {
    const ensemble = formed(model);
    const owned = [...allOk(ensemble)].map(([ordinal, answers]) => {
      const all = answers.map((answer) => ({ ...answer, status: 'host-owned' as const }));
      return [ordinal, all] as const;
    });
    const observed = new Map(owned.filter(([ordinal]) => ordinal !== 2));
    const plan = makePlan(input(ensemble, { observed, unknown: new Set([2]) }));
    expect(changesAnything(plan)).toBe(false);
  });
});

describe('a plan', () => {
  test('of a formed cluster that is as wished is empty', () => {
    const plan = makePlan(input(formed(model), { observed: allOk(model) }));
    expect(changesAnything(plan)).toBe(false);
    expect(plan.stages).toEqual([]);
  });

  test('changes something as long as a node has yet to pass its gate, though no step differs', () => {
    const plan = makePlan(input(model, { observed: allOk(model) }));
    expect(countChanges(plan)).toBe(0);
    expect(changesAnything(plan)).toBe(true);
  });

  test('changes nothing where a node only has to keep what was applied', () => {
    const unrecorded = new Map([[1, ['configure']]]);
    const plan = makePlan(input(formed(model), { observed: allOk(model), unrecorded }));
    expect(plan.stages).toMatchObject([{ phases: ['configure', 'start'], event: null }]);
    expect(changesAnything(plan)).toBe(false);
  });

  test('counts machines that are launched, started and replaced', () => {
    const machines = (['keep', 'start', 'launch', 'replace'] as const).map((action, index) => ({
      ...kept(index + 1, ''),
      action,
    }));
    expect(countMachines({ machines })).toBe(3);
  });

  test('is made of its input alone: that stays as it was, and gives the same plan again', () => {
    const ensemble = formed(model);
    const serving = standing('zookeeper', [1, 2, 3], [2]);
    const frozen = deepFreeze(
      input(ensemble, {
        ...changed(ensemble),
        machines: [1, 2, 3].map((ordinal) => kept(ordinal, 'running')),
        standings: serving,
      }),
    );
    expect(comparable(makePlan(frozen))).toBe(comparable(makePlan(frozen)));
  });
});

describe("a plan's hash", () => {
  const hashOf = (known: Partial<PlanInput> = {}, ensemble = formed(model)) =>
    makePlan(input(ensemble, { ...changed(ensemble), ...known })).hash;

  test('is the same for the same wishes against the same reality', async () => {
    expect(hashOf({}, formed(await modelOfRecipe('zookeeper', 3)))).toBe(hashOf());
    expect(hashOf()).toMatch(/^[0-9a-f]{12}$/);
  });

  test('does not depend on who leads at the moment, though that decides whose turn comes last', () => {
    const observed = [1, 2, 3].reduce(
      (all, ordinal) => differing(all, ordinal, { 'start.1': 'restart' }),
      allOk(model),
    );
    const [one, three] = [1, 3].map((leader) => {
      const standings = standing('zookeeper', [1, 2, 3], [leader]);
      return makePlan(input(formed(model), { observed, standings }));
    });
    expect(one?.stages).not.toEqual(three?.stages);
    expect(one?.hash).toBe(three?.hash);
  });

  test('does not depend on whether a kept machine still boots, or one to be started still stops', () => {
    const machines = [kept(1, 'running')];
    expect(hashOf({ machines })).toBe(hashOf({ machines: [kept(1, 'pending')] }));
    const started = (reason: string) => ({ ...kept(1, reason), action: 'start' as const });
    expect(hashOf({ machines: [started('stopping')] })).toBe(
      hashOf({ machines: [started('stopped')] }),
    );
    expect(
      new Set([hashOf({ machines }), hashOf({ machines: [started('')] }), hashOf()]).size,
    ).toBe(3);
  });

  test('is another for another wish, another reality and other machines', () => {
    const other = formed(elsewhere);
    const machines: readonly MachineChange[] = [{ ...kept(1, 'asked for'), action: 'replace' }];
    const hashes = [
      hashOf(),
      hashOf({}, other),
      hashOf({ observed: allOk(model) }),
      hashOf({ unrecorded: new Map([[1, ['install']]]) }),
      hashOf({ machines: [kept(1, 'running')] }),
      hashOf({ machines }),
    ];
    expect(new Set(hashes).size).toBe(hashes.length);
  });
});

describe("a plan's hash tells how the work would be done:", () => {
  const rules = {
    first: '{mode: batched, command: make}',
    update: '{mode: serial, command: prepare}',
  };
  const hashWith = async (
    edit: (text: string) => string = (text) => text,
    of: (model: ClusterModel) => ClusterModel = formed,
    known: Partial<PlanInput> = {},
  ) => {
    const text = demoRecipe({ service: 'quorum: majority', rules });
    const ensemble = of(await modelOfText(edit(text), 3));
    const one = differing(allOk(ensemble), 1, { 'start.1': 'restart' });
    const observed = differing(one, 2, { 'start.1': 'restart' });
    return makePlan(input(ensemble, { observed, ...known })).hash;
  };

  test('the same recipe in other files is the same plan', async () => {
    expect(await hashWith()).toBe(await hashWith());
  });

  test.each([
    ['the mode of an update', 'mode: serial', 'mode: batched', ', quorum: majority'],
    ['a quorum', ', quorum: majority', '', ''],
    ['the command of an update', 'command: prepare', 'command: other', ''],
    ['what the gate asks', 'command: serves', 'command: other', ''],
    ['what the gate wants to hear', '{command: serves}', '{command: serves}, match: yes', ''],
    ['how long the gate waits', '{command: serves}', '{command: serves}, within: 5s', ''],
  ])('it is another once somebody edits %s', async (_, from, to, without) => {
    const before = await hashWith((text) => text.replace(without, ''));
    const after = await hashWith((text) => text.replace(without, '').replace(from, to));
    expect(after).not.toBe(before);
  });

  test('the command of a formation counts while the service is not formed, and not any more after', async () => {
    const edit = (text: string) => text.replace('command: make', 'command: other');
    const unformed = (ensemble: ClusterModel) => ensemble;
    const known = { observed: new Map() };
    expect(await hashWith(edit, unformed, known)).not.toBe(
      await hashWith(undefined, unformed, known),
    );
    expect(await hashWith(edit)).toBe(await hashWith());
  });

  test('it is another once a member that served no longer does', async () => {
    const serving = standing('demo', [1, 2, 3]);
    const failing = standing('demo', [1, 3], [], [2]);
    expect(await hashWith(undefined, formed, { standings: failing })).not.toBe(
      await hashWith(undefined, formed, { standings: serving }),
    );
  });

  test.each([
    ['launch', false],
    ['replace', false],
    ['keep', true],
    ['start', true],
  ] as const)('another machine type counts where a machine is to %s: %s', async (action, same) => {
    const machines = [{ ...kept(2, ''), action }];
    const hashes = await Promise.all(
      ['debian-12 small', 'debian-12 large', 'debian-13 small'].map((machineType) =>
        hashWith(undefined, formed, { machines, machineType }),
      ),
    );
    expect(new Set(hashes).size).toBe(same ? 1 : 3);
  });
});

/** A plan as text, without the functions of its gates. */
function comparable(plan: ReturnType<typeof makePlan>): string {
  return JSON.stringify(plan);
}
