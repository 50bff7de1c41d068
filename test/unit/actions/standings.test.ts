import { beforeAll, describe, expect, test } from 'vitest';
import { askStandings, graceMs } from '../../../src/actions/standings.ts';
import type { StepAnswer } from '../../../src/node/wish.ts';
import type { ClusterModel } from '../../../src/plan/model.ts';
import { formed, onNewMachines } from '../plan/model-of.ts';
import { allOk, differing } from '../plan/observed.ts';
import { type Answer, askedNodesOf } from './support/asked-nodes.ts';
import { ensemble } from './support/ensemble.ts';
import { virtualClock } from './support/virtual-clock.ts';

let model: ClusterModel;
beforeAll(async () => {
  model = formed(await ensemble(3));
});

const follows: Answer = (_, command) => (command.startsWith('role') ? 'follower' : 'ok');

/** How the services stand, as the ordinals of those that serve, those that come last, and those that run without serving. */
async function standings(
  observed: ReadonlyMap<number, readonly StepAnswer[]>,
  answer: Answer,
  { of = model, unreached = [] as readonly number[], clock = virtualClock() } = {},
) {
  const nodes = askedNodesOf(of, answer, unreached);
  const signal = new AbortController().signal;
  const found = await askStandings(
    { model: of, snapshot: { questions: {} }, observed, nodes },
    { clock, signal },
  );
  return Object.fromEntries(
    [...found].map(([name, { serving, last, failing }]) => [
      name,
      [[...serving], [...last], [...failing]],
    ]),
  );
}

function mustNotAsk(): never {
  throw new Error('asked');
}

describe('a service', () => {
  test('is not asked while nothing happens to it', async () => {
    expect(await standings(allOk(model), mustNotAsk)).toEqual({});
  });

  test('is not asked before it was formed, while it runs nowhere or nothing happens to it', async () => {
    const of = { ...model, formed: new Map() };
    const off = [1, 2, 3].reduce(
      (all, ordinal) => differing(all, ordinal, { 'start.1': 'start', 'unwatched.1': 'start' }),
      allOk(of),
    );
    expect(await standings(off, mustNotAsk, { of })).toEqual({});
    expect(await standings(allOk(of), mustNotAsk, { of })).toEqual({});
  });

  test('is asked who serves before it was formed, when one of its processes is touched', async () => {
    const of = { ...model, formed: new Map() };
    const observed = differing(allOk(of), 1, { 'start.1': 'restart' });
    const answer: Answer = (node, command) => (node === 3 ? null : follows(node, command));
    expect(await standings(observed, answer, { of })).toEqual({ demo: [[1, 2], [], [3]] });
  });

  test('is asked who serves and who leads when one of its processes is touched', async () => {
    const observed = differing(allOk(model), 1, { 'start.1': 'restart' });
    const leads: Answer = (node, command) =>
      command.startsWith('role') && node === 3 ? 'leader' : follows(node, command);
    expect(await standings(observed, leads)).toEqual({ demo: [[1, 2, 3], [3], []] });
  });

  test('is asked when a machine has yet to become its member', async () => {
    const of = { ...onNewMachines(model, [2]) };
    const found = await standings(allOk(of, [1, 3]), follows, { of, unreached: [2] });
    expect(found['demo']).toEqual([[1, 3], [], []]);
  });
});

describe('a node', () => {
  test('whose process is down is not asked, nor one that was not reached', async () => {
    const observed = differing(allOk(model, [1, 2]), 2, { 'start.1': 'start' });
    const answer: Answer = (node, command) => (node === 1 ? follows(node, command) : mustNotAsk());
    expect(await standings(observed, answer, { unreached: [3] })).toEqual({ demo: [[1], [], []] });
  });

  test('that runs is given time to serve, as in the middle of an election', async () => {
    const observed = differing(allOk(model), 1, { 'start.1': 'restart' });
    let asked = 0;
    const clock = virtualClock();
    const late: Answer = (node, command) => {
      if (node === 3 && command.startsWith('serves')) asked += 1;
      return node === 3 && asked < 4 ? null : follows(node, command);
    };
    expect(await standings(observed, late, { clock })).toEqual({ demo: [[1, 2, 3], [], []] });
    expect(clock.monotonicMs()).toBeLessThan(graceMs);
  });

  test('that runs and does not serve when that time is over is failing', async () => {
    const observed = differing(allOk(model), 1, { 'start.1': 'restart' });
    const clock = virtualClock();
    const silent: Answer = (node, command) => (node === 2 ? null : follows(node, command));
    expect(await standings(observed, silent, { clock })).toEqual({ demo: [[1, 3], [], [2]] });
    expect(clock.monotonicMs()).toBeGreaterThanOrEqual(graceMs);
  });
});
