import fc from 'fast-check';
import { expect, test } from 'vitest';
import { clockReading, tellOfClocks } from '../../../src/actions/clock-skew.ts';
import type { DeployerEvent } from '../../../src/events.ts';

/** What is told of nodes whose clocks said this, each in an exchange between two times. */
function told(
  ...clocks: readonly (readonly [clockMs: number, beganMs: number, endedMs: number])[]
) {
  const events: DeployerEvent[] = [];
  const readings = clocks.map(([clockMs, began, ended], index) =>
    clockReading(`db-${index + 1}`, clockMs, [began, ended]),
  );
  tellOfClocks(readings, { emit: (event) => events.push(event) });
  return events.map((event) => (event.type === 'notice' ? event.message : ''));
}

test('clocks that are apart are told, with the nodes', () => {
  expect(
    told([10_000, 10_000, 10_010], [15_000, 10_000, 10_010], [10_005, 10_000, 10_010]),
  ).toEqual(['the clock of db-2 is at least 5.0 s ahead of that of db-1']);
});

test("it does not matter how this computer's own clock goes", () => {
  expect(told([10_000, 0, 10], [10_005, 0, 10])).toEqual([]);
});

test('what a slow answer may explain is not told', () => {
  expect(told([10_000, 10_000, 10_010], [12_500, 10_000, 12_500])).toEqual([]);
});

test('one node, or none, is in step with itself', () => {
  expect(told([10_000, 0, 10])).toEqual([]);
  expect(told()).toEqual([]);
});

test('clocks that are in step are never told to be apart, however slow their answers are', () => {
  const exchange = fc.record({
    began: fc.nat(60_000),
    took: fc.nat(30_000),
    at: fc.double({ min: 0, max: 1, noNaN: true }),
  });
  fc.assert(
    fc.property(fc.integer(), fc.array(exchange, { maxLength: 6 }), (offset, exchanges) => {
      const clocks = exchanges.map(({ began, took, at }) => {
        return [offset + began + Math.floor(took * at), began, began + took] as const;
      });
      expect(told(...clocks)).toEqual([]);
    }),
  );
});
