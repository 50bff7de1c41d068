import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { type Growing, nextSize } from '../../../src/plan/growth.ts';
import { needed } from '../../../src/plan/quorum.ts';
import type { ComponentPhase } from '../../../src/recipe/composition.ts';
import { modelOfRecipe } from './model-of.ts';

let zookeeper: readonly ComponentPhase[];
let hello: readonly ComponentPhase[];
beforeAll(async () => {
  zookeeper = (await modelOfRecipe('zookeeper', 1)).composition.phases;
  hello = (await modelOfRecipe('hello', 1)).composition.phases;
});

/** An ensemble of so many members that is to have `wanted`. */
function ensemble(count: number, wanted: number): Growing {
  return { phases: zookeeper, roleCounts: { server: wanted }, voters: () => count };
}

/** The sizes that a cluster has one after the other, each round with all nodes of the one before as members. */
function rounds(from: number, wanted: number): readonly number[] {
  const next = nextSize(from, wanted, ensemble(from, wanted)) ?? from;
  return next === from || next === wanted ? [next] : [next, ...rounds(next, wanted)];
}

test('an ensemble grows to less than twice its size at once', () => {
  expect(rounds(3, 5)).toEqual([5]);
  expect(rounds(5, 7)).toEqual([7]);
  expect(rounds(3, 7)).toEqual([5, 7]);
  expect(rounds(3, 9)).toEqual([5, 9]);
});

test('a single member cannot grow: whoever joined it could outvote it', () => {
  expect(nextSize(1, 3, ensemble(1, 3))).toBeNull();
  expect(nextSize(1, 1, ensemble(1, 1))).toBe(1);
});

test('a service without a quorum grows at once', () => {
  const growing = { phases: hello, roleCounts: { node: 100 }, voters: () => 1 };
  expect(nextSize(1, 100, growing)).toBe(100);
});

test('nodes that do not hold the service do not count: where its own number is allowed, all are', () => {
  const growing = { ...ensemble(3, 3), roleCounts: { server: 3, agent: 20 } };
  expect(nextSize(3, 20, growing)).toBe(20);
  expect(nextSize(3, 20, { ...growing, roleCounts: { server: 7, agent: 20 } })).toBe(5);
});

test('a cluster that has not begun to form has the size wished for at once', () => {
  const growing = { ...ensemble(1, 9), voters: () => null };
  expect(nextSize(1, 9, growing)).toBe(9);
});

test('a service that takes new members in by itself grows at once', () => {
  const phases = zookeeper.map((phase) => ({
    ...phase,
    service: phase.service && { ...phase.service, membership: 'dynamic' as const },
  }));
  expect(nextSize(1, 9, { ...ensemble(1, 9), phases })).toBe(9);
});

test('nodes that were added but never joined do not help to grow further: their round comes first', () => {
  expect(nextSize(5, 9, ensemble(3, 9))).toBe(5);
});

test('whatever the sizes: always larger, never more than wished for, and those who were there are a majority', () => {
  const size = fc.integer({ min: 2, max: 50 });
  fc.assert(
    fc.property(size, size, (current, more) => {
      const wanted = current + more;
      const next = nextSize(current, wanted, ensemble(current, wanted)) ?? 0;
      expect(next).toBeGreaterThan(current);
      expect(next).toBeLessThanOrEqual(wanted);
      expect(current).toBeGreaterThanOrEqual(needed('majority', next));
    }),
  );
});
