import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  consistencies,
  lostRows,
  makeTable,
  startWriter,
  withClient,
  writeRow,
} from '../e2e/support/cassandra.ts';
import { digged } from '../e2e/support/dns.ts';
import {
  insideMachine,
  livingMachines,
  nameOf,
  terminateMachine,
} from '../e2e/support/ground-truth.ts';
import { resultOf } from '../e2e/support/program.ts';
import { CreateResultSchema, ProveResultSchema } from '../e2e/support/results.ts';
import { openWorkspace, type Workspace } from '../e2e/support/workspace.ts';

const patienceMs = 840_000;
const rows = 2_000;

let workspace: Workspace;
beforeAll(async () => {
  workspace = await openWorkspace(patienceMs);
  await create('-n', '3');
  await withClient(await addresses(), async (client) => {
    await makeTable(client);
    for (let id = 1; id <= rows; id += 1) await writeRow(client, id);
  });
});
afterAll(async () => workspace[Symbol.asyncDispose]());

const name = (ordinal: number) => `cassandra-default-${ordinal}`;
const addresses = async () => (await livingMachines(workspace)).map(({ address }) => address);

/** Brings the cluster about and proves it; gives whether anything changed. */
async function create(...words: readonly string[]): Promise<boolean> {
  const outcome = await workspace.run(['cassandra', ...words, '--json']);
  expect(outcome, outcome.stderr).toMatchObject({ code: 0 });
  const { proofs, changed } = resultOf(outcome, CreateResultSchema);
  expect(proofs.filter(({ ok }) => !ok)).toEqual([]);
  return changed;
}

/** That there is one ring of so many nodes, all of which say so, and that the DNS names them. */
async function expectRing(count: number): Promise<void> {
  const machines = await livingMachines(workspace);
  const all = machines.map(({ address }) => address).toSorted();
  expect(all).toHaveLength(count);
  for (const machine of machines) {
    const status = await insideMachine(workspace, nameOf(machine), 'nodetool status');
    const members = status.split('\n').filter((line) => /^[UD?][NLJM] /.test(line));
    expect(
      members.map((line) => line.slice(0, 2)),
      status,
    ).toEqual(Array(count).fill('UN'));
    expect(members.map((line) => line.split(/\s+/)[1]).toSorted()).toEqual(all);
    expect(await digged(machine.address, 'cassandra.service.paas.home')).toEqual(all);
  }
}

/** That every replica of every row is there as it was written, whichever node is asked. */
async function expectAllRows(count: number): Promise<void> {
  for (const address of await addresses()) {
    const lost = await withClient([address], (client) =>
      lostRows(client, count, consistencies.all),
    );
    expect(lost, address).toEqual([]);
  }
}

describe('a ring with data', () => {
  it('grows from 3 to 4 nodes and has every row', async () => {
    expect(await create('-n', '4')).toBe(true);

    await expectRing(4);
    await expectAllRows(rows);
    const cleaned = await insideMachine(workspace, name(1), 'cat /var/lib/cassandra/cleaned');
    expect(cleaned).toBe('4');
    expect(await create('-n', '4')).toBe(false);
  });

  it('gets a new machine in the place of one that was lost, a seed, with its data', async () => {
    const before = await addresses();
    await terminateMachine(workspace, name(2));

    expect(await create('-n', '4')).toBe(true);

    const after = await addresses();
    expect(after.filter((address) => !before.includes(address))).toHaveLength(1);
    await expectRing(4);
    await expectAllRows(rows);
    const status = await insideMachine(workspace, name(2), 'nodetool info | grep Load');
    expect(status).not.toContain('0 bytes');
    const remembered = await withClient(after.slice(0, 1), (client) =>
      client.execute('SELECT peer FROM system.peers_v2'),
    );
    const peers = remembered.rows.map((row) => String(row.get('peer')));
    expect(peers.toSorted()).toEqual(after.slice(1).toSorted());
    expect(await create('-n', '4')).toBe(false);
  });

  it('is restarted node by node while a client writes with QUORUM, which loses nothing', async () => {
    const lives = 'systemctl show -P InvocationID cassandra';
    const before = await Promise.all([1, 2, 3, 4].map((n) => inside(n, lives)));
    const writer = await startWriter(await addresses(), rows + 1);

    await create('-n', '4', '--set', 'heapMib=700');

    const { count, failures } = await writer.stop();
    const after = await Promise.all([1, 2, 3, 4].map((n) => inside(n, lives)));
    expect(after.filter((life, index) => life === before[index])).toEqual([]);
    expect(failures).toEqual([]);
    expect(count).toBeGreaterThan(rows + 100);
    await expectAllRows(count);
  });

  it('is never joined by two nodes at once', async () => {
    const [first = ''] = await addresses();
    const joining: number[] = [];
    let isOver = false;
    const watching = withClient([first], async (client) => {
      while (!isOver) {
        const seen = await client.execute('SELECT status_with_port FROM system_views.gossip_info');
        const states = seen.rows.map((row) => String(row.get('status_with_port')));
        joining.push(states.filter((state) => state.startsWith('BOOT')).length);
        await pause(200);
      }
    });

    await create('-n', '6', '--set', 'heapMib=700');

    isOver = true;
    await watching;
    expect(joining).toContain(1);
    expect(Math.max(...joining)).toBe(1);
    await expectRing(6);
    await expectAllRows(rows);
  });

  it('is not proven to survive the stop of a node when hints are off: the proof can fail', async () => {
    const others = [1, 2, 3, 4, 5];
    await Promise.all(others.map((n) => inside(n, 'nodetool disablehandoff')));

    const outcome = await workspace.run(['prove', 'cassandra', '--disruptive', '--json']);

    await Promise.all(others.map((n) => inside(n, 'nodetool enablehandoff')));
    const { proofs } = resultOf(outcome, ProveResultSchema);
    expect(outcome.code).toBe(1);
    expect(proofs.filter(({ ok }) => !ok).map((proof) => proof.class)).toEqual(['disruptive']);
    expect(await inside(6, 'systemctl is-active cassandra')).toBe('active');
  });
});

function inside(ordinal: number, script: string): Promise<string> {
  return insideMachine(workspace, name(ordinal), script);
}
