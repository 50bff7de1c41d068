import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import type { StepAnswer } from '../../../src/node/wish.ts';
import type { ClusterModel } from '../../../src/plan/model.ts';
import { makePlan, type PlanInput } from '../../../src/plan/plan.ts';
import { nodeWishes } from '../../../src/plan/wishes.ts';
import { deepFreeze } from './deep-freeze.ts';
import { modelOfRecipe } from './model-of.ts';
import { allOk, differing, input, standing } from './observed.ts';

const most = 7;

/** How it may be with one node. */
const node = fc.record({
  machine: fc.constantFrom('asked', 'asked', 'asked', 'out of reach', 'new'),
  steps: fc.subarray(['install.1', 'install.4', 'configure.1', 'configure.3']),
  verb: fc.constantFrom('start', 'restart', 'reload', null),
  isMember: fc.boolean(),
  serves: fc.boolean(),
  isLast: fc.boolean(),
});
const cases = fc.record({
  nodes: fc.array(node, { minLength: 1, maxLength: most }),
  isFormed: fc.boolean(),
});
type Case = typeof cases extends fc.Arbitrary<infer Value> ? Value : never;

let largest: ClusterModel;
let ok: ReadonlyMap<number, readonly StepAnswer[]>;
beforeAll(async () => {
  largest = await modelOfRecipe('zookeeper', most);
  ok = allOk(largest);
});

/** A cluster in which it is as drawn. */
function inputOf({ nodes, isFormed }: Case): PlanInput {
  const ordinals = (is: (drawn: Case['nodes'][number]) => boolean) =>
    nodes.flatMap((drawn, index) => (is(drawn) ? index + 1 : []));
  const members = ordinals(({ isMember }) => isMember).map((ordinal) => ({
    ordinal,
    incarnation: 1,
  }));
  const model: ClusterModel = {
    ...largest,
    formed: new Map(isFormed ? [['zookeeper', members]] : []),
    nodes: largest.nodes.slice(0, nodes.length).map((scope, index) => {
      const isNew = nodes[index]?.machine === 'new';
      return isNew ? { ...scope, incarnation: 2, founder: false } : scope;
    }),
  };
  let observed: PlanInput['observed'] = new Map();
  nodes.forEach(({ machine, steps, verb }, index) => {
    const answers = ok.get(index + 1);
    if (machine !== 'asked' || answers === undefined) return;
    const changed = Object.fromEntries(steps.map((id) => [id, null]));
    const service = verb === null ? {} : { 'start.1': verb };
    observed = differing(new Map([...observed, [index + 1, answers]]), index + 1, {
      ...changed,
      ...service,
    });
  });
  const isRunning = ({ machine, verb }: Case['nodes'][number]) =>
    machine === 'asked' && verb !== 'start';
  const serving = ordinals((drawn) => isRunning(drawn) && drawn.serves);
  const failing = ordinals((drawn) => isRunning(drawn) && !drawn.serves);
  const last = ordinals(({ isLast }) => isLast);
  const unknown = new Set(ordinals(({ machine }) => machine === 'out of reach'));
  const standings = standing('zookeeper', serving, last, failing);
  return deepFreeze(input(model, { observed, unknown, standings }));
}

test('whatever is observed, every change travels to its node exactly once', () => {
  fc.assert(
    fc.property(cases, (drawn) => {
      const { nodes, stages } = makePlan(inputOf(drawn));
      for (const { ordinal, changes } of nodes) {
        const travelling = stages
          .flatMap((stage) => stage.nodes.filter((each) => each.ordinal === ordinal))
          .flatMap(({ wishes }) => wishes.map(({ id }) => id));
        expect(new Set(travelling).size).toBe(travelling.length);
        expect(travelling).toEqual(expect.arrayContaining(changes.map(({ id }) => id)));
      }
    }),
  );
});

test("whatever is observed, a node's steps keep their order, and its service comes last", () => {
  fc.assert(
    fc.property(cases, (drawn) => {
      const given = inputOf(drawn);
      const { stages } = makePlan(given);
      for (const scope of given.model.nodes) {
        const all = nodeWishes(given.model, scope).map(({ id }) => id);
        const travelling = stages
          .flatMap((stage) => stage.nodes.filter(({ ordinal }) => ordinal === scope.ordinal))
          .flatMap(({ wishes }) => wishes.map(({ id }) => id))
          .filter((id) => id !== 'start.first');
        expect(travelling).toEqual(all.filter((id) => travelling.includes(id)));
      }
    }),
  );
});

test('whatever is observed, events keep their order, a node has one of them, and the last settles', () => {
  const order = ['first', 'repair', 'replace', 'join', 'update'];
  fc.assert(
    fc.property(cases, (drawn) => {
      const stages = makePlan(inputOf(drawn)).stages.filter(({ event }) => event !== null);
      const events = stages.map(({ event }) => event);
      expect(events).toEqual(order.filter((event) => events.some((each) => each === event)));
      const ordinals = stages.flatMap(({ nodes }) => nodes.map(({ ordinal }) => ordinal));
      expect(new Set(ordinals).size).toBe(ordinals.length);
      expect(stages.map(({ settles }) => settles)).toEqual(
        stages.map((_, index) => index === stages.length - 1),
      );
    }),
  );
});

test('whatever is observed, only who serves is disturbed, and only under the eyes of a quorum', () => {
  fc.assert(
    fc.property(cases, (drawn) => {
      const given = inputOf(drawn);
      const serving = given.standings.get('zookeeper')?.serving ?? new Set();
      for (const { event, quorum, window, nodes } of makePlan(given).stages) {
        const disturbed = nodes.filter(({ disturbs }) => disturbs);
        if (disturbed.length === 0) continue;
        expect(event).toBe('update');
        expect(quorum).not.toBeNull();
        expect(window).toBe(1);
        expect(disturbed.every(({ ordinal }) => serving.has(ordinal))).toBe(true);
      }
    }),
  );
});

test('whatever is observed, the same plan is made of it again, and it is left as it was', () => {
  fc.assert(
    fc.property(cases, (drawn) => {
      const given = inputOf(drawn);
      expect(JSON.stringify(makePlan(given))).toBe(JSON.stringify(makePlan(given)));
    }),
  );
});

test('whatever is observed, who serves is never restarted but in an update', () => {
  fc.assert(
    fc.property(cases, (drawn) => {
      const given = inputOf(drawn);
      const serving = given.standings.get('zookeeper')?.serving ?? new Set();
      const { nodes, stages } = makePlan(given);
      const restarted = nodes
        .filter(({ changes }) => changes.some(({ verb }) => verb === 'restart'))
        .map(({ ordinal }) => ordinal)
        .filter((ordinal) => serving.has(ordinal));
      const updated = stages
        .filter(({ event }) => event === 'update')
        .flatMap((stage) =>
          stage.nodes.flatMap(({ ordinal, disturbs }) => (disturbs ? ordinal : [])),
        );
      expect(updated.toSorted()).toEqual(restarted);
    }),
  );
});
