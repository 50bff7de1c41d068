import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { type Growing, nextSize } from '../../../src/plan/growth.ts';
import type { Member } from '../../../src/plan/model.ts';
import { majority } from '../../../src/plan/quorum.ts';
import type { Recipe } from '../../../src/recipe/recipe.ts';
import { modelOfRecipe } from './model-of.ts';

let zookeeper: Recipe['phases'];
let hello: Recipe['phases'];
beforeAll(async () => {
  zookeeper = (await modelOfRecipe('zookeeper', 1)).recipe.phases;
  hello = (await modelOfRecipe('hello', 1)).recipe.phases;
});

function members(count: number): readonly Member[] {
  return Array.from({ length: count }, (_, index) => ({ ordinal: index + 1, incarnation: 1 }));
}

/** An ensemble of so many members that is to have `wanted`. */
function ensemble(count: number, wanted: number): Growing {
  const formed = new Map([['zookeeper', members(count)]]);
  const roleCounts = { server: wanted };
  return { phases: zookeeper, roleCounts, formed, founders: members(count) };
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
  const formed = new Map([['hello', members(1)]]);
  const growing = { phases: hello, roleCounts: { node: 100 }, formed, founders: members(1) };
  expect(nextSize(1, 100, growing)).toBe(100);
});

test('nodes that do not hold the service do not count: where its own number is allowed, all are', () => {
  const growing = { ...ensemble(3, 3), roleCounts: { server: 3, agent: 20 } };
  expect(nextSize(3, 20, growing)).toBe(20);
  expect(nextSize(3, 20, { ...growing, roleCounts: { server: 7, agent: 20 } })).toBe(5);
});

test('a cluster that has not begun to form has the size wished for at once', () => {
  const growing = { ...ensemble(1, 9), formed: new Map(), founders: null };
  expect(nextSize(1, 9, growing)).toBe(9);
});

test('once its founders are settled a cluster that has not formed yet grows as if it had', () => {
  expect(nextSize(3, 9, { ...ensemble(3, 9), formed: new Map() })).toBe(5);
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
      expect(current).toBeGreaterThanOrEqual(majority(next));
    }),
  );
});
