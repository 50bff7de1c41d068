import { expect, test } from 'vitest';
import { createTokenBucket } from '../../../../src/providers/ec2/token-bucket.ts';
import { simulatedClock } from '../../../support/simulated-clock.ts';

const limit = { size: 5, perSecond: 2 };

test('as many as the bucket holds are free, and the others wait for the tokens that come back', () => {
  const bucket = createTokenBucket(limit, simulatedClock());
  expect(Array.from({ length: 8 }, () => bucket.reserve(1))).toEqual([
    0, 0, 0, 0, 0, 500, 1_000, 1_500,
  ]);
});

test('tokens come back with time, never more than the bucket holds', () => {
  const clock = simulatedClock();
  const bucket = createTokenBucket(limit, clock);
  bucket.reserve(5);
  clock.pass(60_000);
  expect(bucket.reserve(5)).toBe(0);
  expect(bucket.reserve(1)).toBe(500);
});

test('what costs more than the bucket holds costs a full one', () => {
  expect(createTokenBucket(limit, simulatedClock()).reserve(50)).toBe(0);
});

test('a refusal halves the rate, which comes back step by step (B4)', () => {
  const clock = simulatedClock();
  const bucket = createTokenBucket(limit, clock);
  bucket.slowDown();
  bucket.slowDown();
  expect(bucket.perSecond).toBe(0.5);
  clock.pass(10_000);
  expect(bucket.perSecond).toBe(1);
  clock.pass(10_000);
  expect(bucket.perSecond).toBe(2);
  clock.pass(100_000);
  expect(bucket.perSecond).toBe(2);
});

test('however often it is refused, some rate stays (B4)', () => {
  const bucket = createTokenBucket(limit, simulatedClock());
  for (let count = 0; count < 50; count += 1) bucket.slowDown();
  expect(bucket.perSecond).toBeGreaterThan(0);
});
