import fc from 'fast-check';
import { expect, test } from 'vitest';
import { needed, type Quorum, shortage } from '../../../src/plan/quorum.ts';

test('a majority is more than half', () => {
  expect([1, 2, 3, 4, 5].map((members) => needed('majority', members))).toEqual([1, 2, 2, 3, 3]);
});

test('all but one of any number, and nobody of one', () => {
  expect([1, 2, 3, 4].map((members) => needed({ allBut: 1 }, members))).toEqual([0, 1, 2, 3]);
  const quorum: Quorum = { rule: { allBut: 1 }, sets: [[1, 2, 3, 4]] };
  expect(shortage(quorum, new Set([1, 2, 3]))).toBeNull();
  expect(shortage(quorum, new Set([1, 4]))).toEqual({ serving: 2, needed: 3, members: 4 });
});

test('a quorum holds when a majority of each set serves, whoever else does', () => {
  const quorum: Quorum = {
    rule: 'majority',
    sets: [
      [1, 2, 3],
      [1, 2, 3, 4, 5],
    ],
  };
  expect(shortage(quorum, new Set([1, 2, 5]))).toBeNull();
  expect(shortage(quorum, new Set([1, 4, 5]))).toEqual({ serving: 1, needed: 2, members: 3 });
  expect(shortage(quorum, new Set([1, 2, 9]))).toEqual({ serving: 2, needed: 3, members: 5 });
});

test('two majorities of one set always have a member in common', () => {
  const cases = fc
    .uniqueArray(fc.nat(9), { minLength: 1 })
    .chain((set) => fc.record({ set: fc.constant(set), serving: fc.subarray(set) }));
  fc.assert(
    fc.property(cases, ({ set, serving }) => {
      const others = set.filter((each) => !serving.includes(each));
      const holds = [serving, others].filter(
        (each) => shortage({ rule: 'majority', sets: [set] }, new Set(each)) === null,
      );
      expect(holds.length).toBeLessThanOrEqual(1);
    }),
  );
});
