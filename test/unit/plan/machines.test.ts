import { expect, test } from 'vitest';
import { planMachines, type RememberedNode, type Replacing } from '../../../src/plan/machines.ts';

const nodes: readonly RememberedNode[] = [
  { ordinal: 1, incarnation: 1, instanceId: 'i-1' },
  { ordinal: 2, incarnation: 1, instanceId: 'i-2' },
];

const nobody: Replacing = { asked: new Set(), silent: new Set() };

function machine(ordinal: number, state: string, incarnation = 1) {
  return { id: `i-${ordinal}${'b'.repeat(incarnation - 1)}`, ordinal, incarnation, state };
}

function actions(
  machines: readonly ReturnType<typeof machine>[],
  { remembered = nodes, replacing = nobody } = {},
) {
  const changes = planMachines(remembered, machines, replacing);
  return changes.map(({ action, incarnation }) => [action, incarnation]);
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
  expect(actions([], { remembered: fresh })).toEqual([
    ['launch', 1],
    ['launch', 1],
  ]);
});

test('a machine that is gone is replaced by the next incarnation, and the cloud says why', () => {
  const gone = { ...machine(1, 'terminated'), stateReason: 'Client.UserInitiatedShutdown' };
  const [first, second] = planMachines(nodes, [gone, machine(2, 'shutting-down')], nobody);
  expect(first).toEqual({
    ...{ ordinal: 1, action: 'replace', machineId: 'i-1', incarnation: 2 },
    reason: 'Client.UserInitiatedShutdown',
  });
  expect(second).toMatchObject({ action: 'replace', incarnation: 2, reason: 'shutting-down' });
});

test('a machine that the cloud no longer knows is replaced by the next incarnation', () => {
  const [first, second] = planMachines(nodes, [machine(2, 'running')], nobody);
  expect(first).toMatchObject({ action: 'replace', machineId: null, incarnation: 2 });
  expect(second).toMatchObject({ action: 'keep', machineId: 'i-2' });
});

test('a machine that somebody wants replaced is, though it runs or is stopped', () => {
  const replacing = { ...nobody, asked: new Set([1, 2]) };
  expect(actions([machine(1, 'running'), machine(2, 'stopped')], { replacing })).toEqual([
    ['replace', 2],
    ['replace', 2],
  ]);
});

test('a machine that never answered is replaced, and the others are kept', () => {
  const replacing = { ...nobody, silent: new Set(['i-2']) };
  expect(actions([machine(1, 'running'), machine(2, 'running')], { replacing })).toEqual([
    ['keep', 1],
    ['replace', 2],
  ]);
});

test('a silence is that of one machine, not of the one that took its place', () => {
  const replacing = { ...nobody, silent: new Set(['i-2']) };
  const machines = [machine(1, 'running'), machine(2, 'running'), machine(2, 'running', 2)];
  expect(actions(machines, { replacing })).toEqual([
    ['keep', 1],
    ['keep', 2],
  ]);
});

test('a replacement that was begun goes on with the very incarnation that was decided on', () => {
  const begun = [{ ordinal: 1, incarnation: 2, instanceId: null }];
  for (const state of ['running', 'stopped', 'terminated']) {
    const [change] = planMachines(begun, [machine(1, state)], nobody);
    expect(change).toMatchObject({ action: 'replace', machineId: 'i-1', incarnation: 2 });
  }
  expect(actions([], { remembered: begun })).toEqual([['launch', 2]]);
  expect(actions([machine(1, 'pending', 2)], { remembered: begun })).toEqual([['keep', 2]]);
});

test('of several machines of one node the newest incarnation counts', () => {
  expect(
    actions([machine(1, 'running', 2), machine(1, 'terminated'), machine(2, 'running')]),
  ).toEqual([
    ['keep', 2],
    ['keep', 1],
  ]);
});
