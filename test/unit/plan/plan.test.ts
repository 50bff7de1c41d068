import { expect, test } from 'vitest';
import type { StepAnswer } from '../../../src/node/wish.ts';
import type { ClusterModel } from '../../../src/plan/model.ts';
import { countChanges, isEmptyPlan, makePlan } from '../../../src/plan/plan.ts';
import { nodeWishes } from '../../../src/plan/wishes.ts';
import { modelOfRecipe } from './model-of.ts';

const unknown: ReadonlySet<number> = new Set();

function allOk(model: ClusterModel): Map<number, readonly StepAnswer[]> {
  return new Map(
    model.nodes.map((node) => [
      node.ordinal,
      nodeWishes(model, node).map(({ id, phase }) => ({
        id,
        phase,
        status: 'ok',
        ms: 0,
        detail: '',
      })),
    ]),
  );
}

function withChange(observed: Map<number, readonly StepAnswer[]>, ordinal: number, id: string) {
  const answers = (observed.get(ordinal) ?? []).map((answer) =>
    answer.id === id
      ? { ...answer, status: 'would-change' as const, detail: 'content differs' }
      : answer,
  );
  return new Map(observed).set(ordinal, answers);
}

test('a cluster that does not exist yet needs every step on every node', async () => {
  const model = await modelOfRecipe('zookeeper', 3);
  const plan = makePlan({ model, machines: [], observed: new Map(), unknown });
  expect(countChanges(plan)).toBe(model.nodes.flatMap((node) => nodeWishes(model, node)).length);
});

test('the same wish against the same reality has the same hash, another wish has another', async () => {
  const model = await modelOfRecipe('zookeeper', 3);
  const plan = (given: ClusterModel) =>
    makePlan({ model: given, machines: [], observed: new Map(), unknown });
  expect(plan(model).hash).toBe(plan(await modelOfRecipe('zookeeper', 3)).hash);
  const other = { ...model, params: { ...model.params, clientPort: 2182 } };
  expect(plan(other).hash).not.toBe(plan(model).hash);
});

test('phases up to a service travel together, and a new service is formed by all its nodes at once', async () => {
  const model = await modelOfRecipe('zookeeper', 3);
  const { stages } = makePlan({ model, machines: [], observed: new Map(), unknown });
  expect(stages).toMatchObject([
    { phases: ['install', 'configure', 'start'], window: 3, forms: 'zookeeper' },
  ]);
});

test('founders run the one-shot command right before the service, and nobody else does', async () => {
  const model = await modelOfRecipe('zookeeper', 3);
  const [first, ...others] = model.nodes;
  if (first === undefined) throw new Error('no node');
  const nodes = [{ ...first, founder: false }, ...others];
  const plan = makePlan({ model: { ...model, nodes }, machines: [], observed: new Map(), unknown });
  const lastTwo = plan.stages[0]?.nodes.map(({ wishes }) => wishes.slice(-2).map(({ id }) => id));
  expect(lastTwo?.[0]).not.toContain('start.first');
  expect(lastTwo?.slice(1)).toEqual([
    ['start.first', 'start.1'],
    ['start.first', 'start.1'],
  ]);
});

test('a formed cluster that is as wished has an empty plan', async () => {
  const model = { ...(await modelOfRecipe('zookeeper', 3)), formed: new Set(['zookeeper']) };
  const plan = makePlan({ model, machines: [], observed: allOk(model), unknown });
  expect(isEmptyPlan(plan)).toBe(true);
  expect(plan.stages).toEqual([]);
});

test('a cluster whose formation was cut short passes its gate again even if no step is missing', async () => {
  const model = await modelOfRecipe('zookeeper', 3);
  const plan = makePlan({ model, machines: [], observed: allOk(model), unknown });
  expect(plan.stages).toMatchObject([{ forms: 'zookeeper' }]);
  expect(plan.stages[0]?.nodes.map(({ wishes }) => wishes)).toEqual([[], [], []]);
});

test('a change of a running service reaches only the nodes that need it, one by one', async () => {
  const model = { ...(await modelOfRecipe('zookeeper', 3)), formed: new Set(['zookeeper']) };
  const observed = withChange(withChange(allOk(model), 1, 'configure.1'), 3, 'configure.1');
  const { stages } = makePlan({ model, machines: [], observed, unknown });
  expect(stages).toMatchObject([
    { window: 1, forms: null, nodes: [{ ordinal: 1 }, { ordinal: 3 }] },
  ]);
});

test("a service's inputs change with any of the files that lead to it", async () => {
  const inputsOf = async (change: (model: ClusterModel) => ClusterModel) => {
    const model = change(await modelOfRecipe('zookeeper', 3));
    const [node] = model.nodes;
    if (node === undefined) throw new Error('no node');
    const step = nodeWishes(model, node).find(({ id }) => id === 'start.1')?.step;
    return step !== undefined && 'service' in step ? step.service.inputs : undefined;
  };
  const before = await inputsOf((model) => model);
  const sameAgain = await inputsOf((model) => model);
  const changed = await inputsOf((model) => ({
    ...model,
    params: { ...model.params, heapPercent: 40 },
  }));
  expect(before).toBe(sameAgain);
  expect(changed).not.toBe(before);
});

test('nothing is known to differ on a node that could not be asked', async () => {
  const model = { ...(await modelOfRecipe('zookeeper', 3)), formed: new Set(['zookeeper']) };
  const observed = allOk(model);
  observed.delete(2);
  const plan = makePlan({ model, machines: [], observed, unknown: new Set([2]) });
  expect(isEmptyPlan(plan)).toBe(true);
});
