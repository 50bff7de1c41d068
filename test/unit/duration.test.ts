import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatDuration, parseDuration } from '../../src/duration.ts';

test.each([
  ['500ms', 500],
  ['60s', 60_000],
  ['1.5m', 90_000],
  ['1h', 3_600_000],
  ['0s', 0],
])('%s is %d milliseconds', (text, ms) => {
  expect(parseDuration(text)).toBe(ms);
});

test.each(['', '5', 's', '-1s', '1 s', '1d', '1h30m', '1e3s', ' 1s'])(
  '"%s" is not a duration',
  (text) => {
    expect(parseDuration(text)).toBeUndefined();
  },
);

test('every duration that is written is read back as the same', () => {
  fc.assert(
    fc.property(fc.nat(), (ms) => {
      expect(parseDuration(formatDuration(ms))).toBe(ms);
    }),
  );
});

test('a duration is written in the largest unit that divides it', () => {
  expect([60_000, 90_000, 1_500, 7_200_000, 0].map(formatDuration)).toEqual([
    '1m',
    '90s',
    '1500ms',
    '2h',
    '0ms',
  ]);
});
