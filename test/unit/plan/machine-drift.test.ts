import { expect, test } from 'vitest';
import { machineDrift } from '../../../src/plan/machine-drift.ts';

const nodes = [
  { ordinal: 1, incarnation: 1, instanceId: 'i-1' },
  { ordinal: 2, incarnation: 2, instanceId: 'i-2' },
];
const one = { id: 'i-1', ordinal: 1, incarnation: 1, state: 'running', isLabelled: true };
const two = { ...one, id: 'i-2', ordinal: 2, incarnation: 2 };

const found = (...machines: readonly (typeof one & { stateReason?: string })[]) =>
  machineDrift('c', nodes, machines).map(({ name, detail }) => `${name}  ${detail}`);

test('machines that run as they were left have not drifted', () => {
  const before = { ...two, id: 'i-old', incarnation: 1, state: 'terminated' };
  expect(found(one, { ...two, state: 'pending' }, before)).toEqual([]);
});

test('a machine that is off, ended, gone or nameless has', () => {
  expect(found({ ...one, state: 'stopped' }, two)).toEqual(['c-1  i-1: stopped']);
  const ended = { ...one, state: 'terminated', stateReason: 'user did it' };
  expect(found(ended, two)).toEqual(['c-1  i-1: user did it']);
  expect(found(two)).toEqual(['c-1  the cloud no longer knows it']);
  expect(found({ ...one, isLabelled: false }, two)).toEqual([
    'c-1  i-1: it has lost its name in the cloud',
  ]);
});

test('so has a machine that nobody remembers', () => {
  const third = { ...one, id: 'i-3', ordinal: 3 };
  const older = { ...two, id: 'i-old', incarnation: 1 };
  expect(found(one, two, third, older)).toEqual([
    'c-3  i-3 is running, and nobody remembers it',
    'c-2  i-old is running, and nobody remembers it',
  ]);
});

test('so has a node for which no machine was ever launched', () => {
  const fresh = [{ ordinal: 1, incarnation: 1, instanceId: null }];
  expect(machineDrift('c', fresh, [])).toEqual([
    { ordinal: 1, name: 'c-1', detail: 'it has no machine yet' },
  ]);
});
