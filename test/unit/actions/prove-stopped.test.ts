import { expect, it } from 'vitest';
import { proveCluster } from '../../../src/actions/prove-cluster.ts';
import { systemClock } from '../../../src/clock.ts';
import { canRunLocalNode, startLocalNode } from '../node/local-node.ts';
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

it('a service is not stopped where fewer nodes hold it than the proof takes', async () => {
  const more = { quorum: '{allBut: 1}', stop: '{service: demo, least: 3}' };
  expect(await disrupt(2, true, more)).toMatchObject({
    ...{ ok: false, detail: 'not tried: 2 nodes hold demo, and this takes 3' },
  });
});

/** A systemd that stops a service, and never starts it. */
const systemctl = `#!/bin/sh
case $1 in
  stop) [ "$2" != demo.service ] || : >/srv/stopped ;;
  start) echo 'Job for demo.service failed'; exit 1 ;;
  show)
    if [ -e /srv/stopped ]; then state=inactive; else state=active; fi
    printf 'Names=demo.service\\nActiveState=%s\\nInvocationID=1\\n' $state
    ;;
esac
`;

it.skipIf(!canRunLocalNode)(
  'what a proof showed is not hidden by a service that does not start again',
  async () => {
    await using last = await startLocalNode();
    last.replace('/usr/bin/systemctl', systemctl);
    last.replace('/usr/bin/systemd-run', '#!/bin/sh\n');
    const model = await demo(2, { quorum: '{allBut: 1}' });
    const [first, second] = askedNodesOf(model, () => 'yes');
    if (first === undefined || second === undefined) throw new Error('there are two nodes');
    const remote = {
      node: last.node,
      needsSudo: false,
      exec: last.exec,
      openTcp: () => Promise.reject(new Error('these nodes have no ports')),
      untilLost: () => new Promise<never>(() => {}),
      close: async () => {},
    };
    await last.sh('ln -s /bin/true /usr/bin/works');
    const context = { ...contextIn(import.meta.dirname), clock: systemClock };
    const proving = { classes: ['read'] as const, patient: false, disruptive: true };
    const nodes = [first, { ...second, remote }];
    const [, disrupted] = await proveCluster(model, nodes, proving, context);
    const told =
      'demo may still be stopped on demo-default-2, which starts it by itself within 300 s';
    const reason = 'local-1: demo was not started (inactive): Job for demo.service failed';
    expect(disrupted).toMatchObject({
      ok: false,
      detail: `without -2: written at -1, read at all 1; ${told} (${reason})`,
    });
    expect(context.events).toContainEqual({
      ...{ type: 'notice', level: 'warning', message: told, hint: reason },
    });
  },
);
