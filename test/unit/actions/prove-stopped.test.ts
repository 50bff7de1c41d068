import { expect, it } from 'vitest';
import { proveCluster } from '../../../src/actions/prove-cluster.ts';
import { formed, modelOfText } from '../plan/model-of.ts';
import { askedNodesOf } from './support/asked-nodes.ts';
import { contextIn } from './support/run.ts';

/** A cluster of a service with a quorum, and with a proof that stops it. */
async function demo(count: number, { quorum = 'majority', stop = '{service: demo}' } = {}) {
  return formed(
    await modelOfText(
      `recipe: demo
about: for tests
supports: [debian-12]
roles: {server: {count: 3}}
phases:
  - start:
      service: {name: demo, quorum: ${quorum}}
      gate: {probe: {command: serves}}
proofs:
  - {about: it works, class: read, probe: {command: works}}
  - about: it goes on
    class: disruptive
    stop: ${stop}
    write: {command: write}
    read: {command: read, equals: write}
`,
      count,
    ),
  );
}

/** What comes of the proof where nothing may be stopped. */
async function disrupt(count: number, works: boolean, more: Parameters<typeof demo>[1] = {}) {
  const model = await demo(count, more);
  const sent: string[] = [];
  const nodes = askedNodesOf(model, (_, command) => {
    sent.push(command);
    return works ? 'yes' : null;
  });
  const proving = { classes: ['read'] as const, patient: false, stopping: { sudo: false } };
  const [, disrupted] = await proveCluster(model, nodes, proving, contextIn(import.meta.dirname));
  expect(new Set(sent)).toEqual(new Set(['works']));
  return disrupted;
}

it.each([
  [3, false, 'not tried: not everything works as it is'],
  [1, true, 'there is no other node that could go on'],
  [2, true, '1 of 2 would go on, and 2 must'],
])('a service of %i nodes is not stopped where it works: %j', async (count, works, detail) => {
  expect(await disrupt(count, works)).toEqual({
    ...{ about: 'it goes on', class: 'disruptive', ok: false, detail },
  });
});

it('a service is not stopped where fewer nodes hold it than the proof takes', async () => {
  const more = { quorum: '{allBut: 1}', stop: '{service: demo, least: 3}' };
  expect(await disrupt(2, true, more)).toMatchObject({
    ...{ ok: false, detail: 'not tried: 2 nodes hold demo, and this takes 3' },
  });
});
