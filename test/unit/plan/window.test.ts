import fc from 'fast-check';
import { expect, test } from 'vitest';
import { windowSize } from '../../../src/plan/window.ts';

const nodes = fc.integer({ min: 1, max: 1000 });

test('a serial rule lets one node be under way', () => {
  fc.assert(fc.property(nodes, (n) => windowSize({ mode: 'serial', batch: undefined }, n) === 1));
});

test('without a rule, or without a batch, all nodes go together', () => {
  fc.assert(fc.property(nodes, (n) => windowSize({ mode: 'batched', batch: undefined }, n) === n));
  fc.assert(fc.property(nodes, (n) => windowSize(undefined, n) === n));
});

test('a batch is so many nodes, or so many percent of them rounded down, but at least one', () => {
  const sizes = [2, 20, '25%', '50%', '1%', '100%'].map((batch) =>
    windowSize({ mode: 'batched', batch }, 10),
  );
  expect(sizes).toEqual([2, 10, 2, 5, 1, 10]);
});

test('a batch is never more than the nodes there are, never none, and a percentage never rounds up', () => {
  const batch = fc.oneof(
    fc.integer({ min: 1, max: 2000 }),
    fc.integer({ min: 1, max: 100 }).map((percent) => `${percent}%` as const),
  );
  fc.assert(
    fc.property(nodes, batch, (n, size) => {
      const window = windowSize({ mode: 'batched', batch: size }, n);
      expect(window).toBeGreaterThanOrEqual(1);
      expect(window).toBeLessThanOrEqual(n);
      if (typeof size === 'string' && window > 1) {
        expect(window).toBeLessThanOrEqual((n * Number.parseInt(size, 10)) / 100);
      }
    }),
  );
});
