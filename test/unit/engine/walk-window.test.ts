import fc from 'fast-check';
import { expect, test } from 'vitest';
import { walkWindow } from '../../../src/engine/walk-window.ts';
import { drained } from './drained.ts';

const cases = fc.record({
  count: fc.integer({ min: 0, max: 12 }),
  window: fc.integer({ min: 1, max: 12 }),
  /** Which of the waiting items comes next, each time. */
  choices: fc.infiniteStream(fc.nat()),
  /** The walk is over once so many visits have ended; never where there are not that many. */
  overAfter: fc.nat(15),
  /** The number of the choice that fails; none where there are not that many. */
  failsAt: fc.integer({ min: 1, max: 24 }),
});
type Case = typeof cases extends fc.Arbitrary<infer Value> ? Value : never;

/** Walks as drawn, in an order that the scheduler decides. */
async function walked(scheduler: fc.Scheduler, { count, window, choices, ...drawn }: Case) {
  const items = Array.from({ length: count }, (_, index) => index);
  const reason = new Error('nobody can be chosen');
  const chosen: number[] = [];
  const visited: number[] = [];
  const lateVisits: number[] = [];
  let [asked, choosing, underWay, mostUnderWay, ended] = [0, 0, 0, 0, 0];
  let isBroken = false;
  const isOver = () => ended >= drawn.overAfter && drawn.overAfter > 0;
  const outcome = walkWindow(items, window, {
    isOver,
    next: async (waiting) => {
      expect(waiting.length).toBeGreaterThan(0);
      choosing += 1;
      expect(choosing).toBe(1);
      await scheduler.schedule(Promise.resolve());
      choosing -= 1;
      asked += 1;
      if (asked === drawn.failsAt) {
        isBroken = true;
        throw reason;
      }
      const item = waiting[(choices.next().value ?? 0) % waiting.length] ?? -1;
      chosen.push(item);
      return item;
    },
    visit: async (item) => {
      if (isOver() || isBroken) lateVisits.push(item);
      visited.push(item);
      underWay += 1;
      mostUnderWay = Math.max(mostUnderWay, underWay);
      await scheduler.schedule(Promise.resolve());
      underWay -= 1;
      ended += 1;
    },
  }).then(
    () => 'done' as const,
    (error: unknown) => error,
  );
  const result = await scheduler.waitFor(outcome, drained);
  return { result, reason, chosen, visited, lateVisits, mostUnderWay, underWay, asked };
}

test('whatever the size, the window and the order of ends: no item twice, never more than the window, in the order chosen', async () => {
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), cases, async (scheduler, drawn) => {
      const { chosen, visited, mostUnderWay, underWay } = await walked(scheduler, drawn);
      expect(new Set(visited).size).toBe(visited.length);
      expect(visited).toEqual(chosen.slice(0, visited.length));
      expect(mostUnderWay).toBeLessThanOrEqual(drawn.window);
      expect(underWay).toBe(0);
    }),
  );
});

test('every item is visited where nothing ends the walk', async () => {
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), cases, async (scheduler, drawn) => {
      const { result, visited } = await walked(scheduler, { ...drawn, overAfter: 0, failsAt: 0 });
      expect(result).toBe('done');
      expect(visited).toHaveLength(drawn.count);
    }),
  );
});

test('as soon as one visit ends the next begins, so that the window is full', async () => {
  const ends: (() => void)[] = [];
  const walk = walkWindow(['a', 'b', 'c', 'd'], 2, {
    isOver: () => false,
    next: async ([first = '']) => first,
    visit: () => new Promise((resolve) => ends.push(resolve)),
  });
  const step = () => drained(async () => ends.at(-1)?.());
  const begun: number[] = [];
  for (let visits = 0; visits < 4; visits += 1) {
    await drained(async () => {});
    begun.push(ends.length);
    await step();
  }
  ends[0]?.();
  await walk;
  expect(begun).toEqual([2, 3, 4, 4]);
});

test('once it is over, or nobody could be chosen, no further visit begins', async () => {
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), cases, async (scheduler, drawn) => {
      const { lateVisits } = await walked(scheduler, drawn);
      expect(lateVisits).toEqual([]);
    }),
  );
});

test('that nobody could be chosen is told once all visits have ended, and nobody is asked again', async () => {
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), cases, async (scheduler, drawn) => {
      const { result, reason, asked, underWay } = await walked(scheduler, drawn);
      expect(asked).toBeLessThanOrEqual(drawn.failsAt);
      expect(result).toBe(asked === drawn.failsAt ? reason : 'done');
      expect(underWay).toBe(0);
    }),
  );
});
