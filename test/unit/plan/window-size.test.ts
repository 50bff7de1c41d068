import fc from 'fast-check';
import { expect, test } from 'vitest';
import { windowSize } from '../../../src/plan/stages.ts';

const nodes = fc.integer({ min: 1, max: 1000 });

test('a serial rule lets one node be under way', () => {
  fc.assert(fc.property(nodes, (n) => windowSize({ mode: 'serial', batch: undefined }, n) === 1));
});

test('without a batch all nodes go together', () => {
  fc.assert(fc.property(nodes, (n) => windowSize({ mode: 'batched', batch: undefined }, n) === n));
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
