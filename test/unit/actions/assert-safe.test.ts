import { beforeAll, describe, expect, test } from 'vitest';
import { assertSafe, refusalOf } from '../../../src/actions/assert-safe.ts';
import type { MachineChange } from '../../../src/plan/machines.ts';
import type { ClusterModel } from '../../../src/plan/model.ts';
import { makePlan, type Plan, type PlanInput } from '../../../src/plan/plan.ts';
import { formed, modelOfRecipe, onNewMachines } from '../plan/model-of.ts';
import { allOk, differing, input, standing } from '../plan/observed.ts';

const cluster = { commandFor: (verb: string) => `deployer zookeeper ${verb}` };
const restart = { 'configure.1': null, 'start.1': 'restart' } as const;

let model: ClusterModel;
beforeAll(async () => {
  model = formed(await modelOfRecipe('zookeeper', 3));
});

/** Node 1 serves with an outdated configuration, node 2 is as given, and node 3 is out of reach. */
function planWith(two: 'update' | 'down' | 'failing', known: Partial<PlanInput> = {}): Plan {
  const one = differing(allOk(model, [1, 2]), 1, restart);
  const steps = { update: restart, down: { 'start.1': 'start' }, failing: {} } as const;
  const observed = differing(one, 2, steps[two]);
  const serving = two === 'update' ? [1, 2] : [1];
  const standings = standing('zookeeper', serving, [], two === 'failing' ? [2] : []);
  return makePlan(input(model, { observed, standings, unknown: new Set([3]), ...known }));
}

function change(ordinal: number, action: MachineChange['action']): MachineChange {
  return { ordinal, action, machineId: `i-${ordinal}`, incarnation: 1, reason: '' };
}

describe('a plan whose restarts would leave too few serving', () => {
  test('is refused, and names every node of the service that it would restart', () => {
    expect(() => assertSafe(cluster, planWith('update'), false)).toThrow(
      expect.objectContaining({
        code: 'quorum-endangered',
        message:
          'restarting zookeeper on zookeeper-default-1, zookeeper-default-2 would leave 1 of 3 serving, and 2 must (not serving: zookeeper-default-3)',
      }),
    );
  });

  test('is carried out when that is forced', () => {
    expect(() => assertSafe(cluster, planWith('update'), true)).not.toThrow();
  });

  test('is begun when it also repairs what does not serve: that comes first, and is never refused', () => {
    for (const two of ['down', 'failing'] as const) {
      const plan = planWith(two);
      expect(plan.stages.map(({ event }) => event)).toEqual(['repair', 'update']);
      expect(plan.risks).toMatchObject([{ kind: 'restart', nodes: ['zookeeper-default-1'] }]);
      expect(refusalOf(cluster, plan, false)).toBeNull();
    }
  });

  test('is refused though it repairs when it also changes machines: those are not touched in vain', () => {
    const machines = [change(3, 'start')];
    expect(refusalOf(cluster, planWith('down', { machines }), false)).toMatchObject({
      code: 'quorum-endangered',
    });
    const kept = [1, 2, 3].map((ordinal) => change(ordinal, 'keep'));
    expect(refusalOf(cluster, planWith('down', { machines: kept }), false)).toBeNull();
  });
});

describe('a plan that would replace machines whose data the others need', () => {
  test('is refused, whatever else it does and whether or not somebody insists', () => {
    const replaced = onNewMachines(model, [2, 3]);
    const plan = makePlan(
      input(replaced, {
        machines: [change(1, 'keep'), change(2, 'replace'), change(3, 'replace')],
        observed: allOk(replaced, [1]),
        standings: standing('zookeeper', [1]),
      }),
    );
    for (const force of [false, true]) {
      expect(refusalOf(cluster, plan, force)).toMatchObject({
        code: 'machines-lost',
        message: expect.stringContaining('would leave 1 of the 3 members of zookeeper'),
        hint: expect.stringContaining('deployer zookeeper destroy'),
      });
    }
  });
});

test('a plan without a risk is not refused', () => {
  expect(refusalOf(cluster, makePlan(input(model, { observed: allOk(model) })), false)).toBeNull();
});
