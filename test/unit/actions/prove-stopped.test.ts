import { expect, it } from 'vitest';
import { proveCluster } from '../../../src/actions/prove-cluster.ts';
import { formed, modelOfText } from '../plan/model-of.ts';
import { askedNodesOf } from './support/asked-nodes.ts';
import { contextIn } from './support/run.ts';

/** What comes of a proof that stops a service which needs a majority, and which commands any node was sent. */
async function disrupt(count: number, works: boolean) {
  const model = formed(
    await modelOfText(
      `recipe: demo
about: for tests
supports: [debian-12]
roles: {server: {count: 3}}
phases:
  - start:
      service: {name: demo, quorum: majority}
      gate: {probe: {command: serves}}
proofs:
  - {about: it works, class: read, probe: {command: works}}
  - about: it goes on
    class: disruptive
    stop: {service: demo}
    write: {command: write}
    read: {command: read, equals: write}
`,
      count,
    ),
  );
  const sent: string[] = [];
  const nodes = askedNodesOf(model, (_, command) => {
    sent.push(command);
    return works ? 'yes' : null;
  });
  const proving = { classes: ['read'] as const, patient: false, disruptive: true };
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
