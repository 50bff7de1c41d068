import { expect, test } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { createTimeline } from '../../../src/engine/timeline.ts';
import type { DeployerEvent } from '../../../src/events.ts';
import { stageNode, stageOf } from './stage-of.ts';

const both = ['install', 'start'];
const step = { step: 'id', status: 'changed', ms: 1, detail: '' } as const;

/** Over the phases install and start; `nodes` says which of them each node has a share of. */
function timelineOf(
  event: Parameters<typeof createTimeline>[0]['event'],
  nodes: Readonly<Record<string, readonly string[]>>,
) {
  const events: DeployerEvent[] = [];
  const stage = stageOf(0, 1, {
    phases: ['install', 'start'],
    event,
    nodes: Object.entries(nodes).map(([name, phases], index) => ({
      ...stageNode(index + 1, phases),
      name,
    })),
  });
  const deps = { emit: (told: DeployerEvent) => events.push(told), clock: systemClock };
  const ended = () =>
    events.flatMap((told) =>
      told.type === 'phase-ended' ? [[told.phase, told.ok, told.done, told.detail]] : [],
    );
  return { ...createTimeline(stage, deps), events, ended };
}

test('phases that travel together are told apart: a node is through with one as it begins the next', () => {
  const timeline = timelineOf('first', { a: both, b: both });
  for (const node of ['a', 'b']) {
    timeline.stepStarted(node, 'install');
    timeline.stepEnded(node, { ...step, phase: 'install' });
  }
  timeline.stepStarted('a', 'start');
  expect(timeline.ended()).toEqual([]);
  timeline.stepStarted('b', 'start');
  expect(timeline.ended()).toEqual([['install', true, 2, '2 changes']]);
  timeline.nodeDone('a', 'leader');
  timeline.nodeDone('b', 'follower');
  expect(timeline.ended().at(-1)).toEqual(['start', true, 2, 'follower']);
});

test('the last phase says for which event of its service it is shown, but when that is new', () => {
  const timeline = timelineOf('update', { a: both });
  timeline.stepStarted('a', 'install');
  timeline.nodeDone('a', '');
  expect(timeline.ended()).toEqual([
    ['install', true, 1, 'nothing to change'],
    ['start', true, 1, 'update: nothing to change'],
  ]);
});

test('a node that fails before its first step fails the first phase', () => {
  const timeline = timelineOf(null, { a: both, b: both });
  timeline.nodeFailed('a', 'not reached');
  timeline.stepStarted('b', 'install');
  timeline.nodeDone('b', '');
  expect(timeline.events).toContainEqual(
    expect.objectContaining({ type: 'node-phase-ended', phase: 'install', node: 'a', ok: false }),
  );
  expect(timeline.ended()[0]?.slice(0, 3)).toEqual(['install', false, 1]);
});

test('a node that failed is not waited for in later phases', () => {
  const timeline = timelineOf(null, { a: both, b: both });
  timeline.stepStarted('a', 'install');
  timeline.nodeFailed('a', 'broken');
  timeline.stepStarted('b', 'install');
  timeline.stepStarted('b', 'start');
  timeline.nodeDone('b', '');
  expect(timeline.ended().map(([phase, , done]) => [phase, done])).toEqual([
    ['install', 1],
    ['start', 1],
  ]);
});

test('a phase is shown for the nodes that have a share of it, and the last one for all', () => {
  const timeline = timelineOf('update', { a: ['start'], b: both });
  timeline.stepStarted('a', 'start');
  timeline.nodeDone('a', '');
  timeline.stepStarted('b', 'install');
  timeline.stepStarted('b', 'start');
  timeline.nodeDone('b', '');
  timeline.close();
  const told = timeline.events.filter(({ type }) => type === 'phase-ended');
  expect(told).toMatchObject([
    { phase: 'install', ok: true, done: 1, total: 1 },
    { phase: 'start', ok: true, done: 2, total: 2 },
  ]);
});
