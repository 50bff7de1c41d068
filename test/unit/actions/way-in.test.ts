import { expect, test } from 'vitest';
import { isDialable } from '../../../src/actions/way-in.ts';
import { machine } from './support/machine.ts';

const inner = { address: '10.0.0.7' };

test('a machine that comes up is dialled at its outer address, and waited for while it may get one', () => {
  expect(isDialable(machine(1, { state: 'pending', ...inner }), false)).toBe(false);
  const outer = { ...inner, publicAddress: '198.51.100.7' };
  expect(isDialable(machine(1, { state: 'pending', ...outer }), false)).toBe(true);
});

test('one that runs without an outer address is dialled at its inner one', () => {
  expect(isDialable(machine(1, { state: 'running', ...inner }), false)).toBe(true);
});

test('through a bastion the inner address does, as soon as it is there', () => {
  expect(isDialable(machine(1, { state: 'pending', ...inner }), true)).toBe(true);
  expect(isDialable(machine(1, { state: 'pending' }), true)).toBe(false);
});

test('a machine that ends, or is none, is not dialled', () => {
  expect(isDialable(machine(1, { state: 'terminated', ...inner }), true)).toBe(false);
  expect(isDialable(undefined, true)).toBe(false);
});
