import { expect, test } from 'vitest';
import { launchToken } from '../../../src/providers/launch-token.ts';

const wish = { uid: 'u', ordinals: [1, 2, 3], incarnation: 1, pool: 'ami-1 t3.medium' };

test('the same launch has the same token, of the 64 characters that EC2 allows', () => {
  expect(launchToken(wish)).toBe(launchToken({ ...wish }));
  expect(launchToken(wish)).toMatch(/^[0-9a-f]{64}$/);
});

test.each([
  ['cluster', { uid: 'v' }],
  ['set of nodes', { ordinals: [1, 2] }],
  ['incarnation', { incarnation: 2 }],
  ['pool', { pool: 'ami-1 t3.large' }],
])('B1: another %s has another token', (_, change) => {
  expect(launchToken({ ...wish, ...change })).not.toBe(launchToken(wish));
});
