import { expect, test } from 'vitest';
import { planMachines, type RememberedNode } from '../../../src/plan/machines.ts';

const nodes: readonly RememberedNode[] = [
  { ordinal: 1, incarnation: 1, instanceId: 'i-1' },
  { ordinal: 2, incarnation: 1, instanceId: 'i-2' },
];

function machine(ordinal: number, state: string, incarnation = 1) {
  return { id: `i-${ordinal}${'b'.repeat(incarnation - 1)}`, ordinal, incarnation, state };
}

function actions(machines: readonly ReturnType<typeof machine>[], formed = false) {
  return planMachines(nodes, machines, formed).map(({ action, incarnation }) => [
    action,
    incarnation,
  ]);
}

test('running and booting machines are kept', () => {
  expect(actions([machine(1, 'running'), machine(2, 'pending')])).toEqual([
    ['keep', 1],
    ['keep', 1],
  ]);
});

test('stopped machines are started', () => {
  expect(actions([machine(1, 'stopped'), machine(2, 'stopping')])).toEqual([
    ['start', 1],
    ['start', 1],
  ]);
});

test('a node whose machine was never named is launched as what it was going to be', () => {
  const fresh = nodes.map((node) => ({ ...node, instanceId: null }));
  expect(
    planMachines(fresh, [], false).map(({ action, incarnation }) => [action, incarnation]),
  ).toEqual([
    ['launch', 1],
    ['launch', 1],
  ]);
});

test('before a service has formed, a machine that is gone is launched again as the next incarnation', () => {
  expect(actions([machine(1, 'terminated')])).toEqual([
    ['launch', 2],
    ['launch', 2],
  ]);
});

test('once a service has formed, a machine that is gone is lost and never silently replaced', () => {
  expect(actions([machine(1, 'terminated'), machine(2, 'running')], true)).toEqual([
    ['lost', 1],
    ['keep', 1],
  ]);
});

test('of several machines of one node the newest incarnation counts', () => {
  expect(
    actions([machine(1, 'terminated'), machine(1, 'running', 2), machine(2, 'running')]),
  ).toEqual([
    ['keep', 2],
    ['keep', 1],
  ]);
});
