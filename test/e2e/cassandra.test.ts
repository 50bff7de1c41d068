import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { consistencies, lostRows, makeTable, withClient, writeRow } from './support/cassandra.ts';
import { digged } from './support/dns.ts';
import { eventually } from './support/eventually.ts';
import { insideMachine, livingMachines, nameOf, tracesOf } from './support/ground-truth.ts';
import { errorOf, type Outcome, resultOf } from './support/program.ts';
import { CreateResultSchema, ProveResultSchema } from './support/results.ts';
import { openWorkspace, type Workspace } from './support/workspace.ts';

const names = ['cassandra-default-1', 'cassandra-default-2', 'cassandra-default-3'];
const dnsName = 'cassandra.service.paas.home';

let workspace: Workspace;
let created: Outcome;
let all: readonly string[];
beforeAll(async () => {
  workspace = await openWorkspace();
  created = await workspace.run(['cassandra', '--json']);
  all = (await livingMachines(workspace)).map(({ address }) => address);
});
afterAll(async () => workspace[Symbol.asyncDispose]());

const everywhere = (script: string) =>
  Promise.all(names.map((name) => insideMachine(workspace, name, script)));

describe('deployer cassandra', () => {
  it('makes three machines and says that every proof of both recipes held', async () => {
    const { nodes, proofs, outputs } = resultOf(created, CreateResultSchema);

    expect(created.code).toBe(0);
    expect(nodes.map(({ name }) => name)).toEqual(names);
    expect((await livingMachines(workspace)).map(nameOf)).toEqual(names);
    expect(proofs.every(({ ok }) => ok)).toBe(true);
    expect(new Set(proofs.map(({ about }) => about.split(':')[0]))).toEqual(
      new Set(['cassandra', 'consul']),
    );
    expect(outputs).toEqual({
      connect: all.map((address) => `${address}:9042`).join(),
      datacenter: 'dc1',
      dns: `dig @${all[0]} ${dnsName}`,
      'consul.ui': `http://${all[0]}:8500/ui/`,
      'consul.dns': `dig @${all[0]} consul.service.paas.home`,
    });
  });

  it('makes one ring, in which every node sees every node up and normal', async () => {
    for (const status of await everywhere('nodetool status')) {
      const rows = status.split('\n').filter((line) => /^[UD][NLJM] /.test(line));
      expect(rows.map((row) => row.slice(0, 2))).toEqual(['UN', 'UN', 'UN']);
      expect(rows.map((row) => row.split(/\s+/)[1]).toSorted()).toEqual(all.toSorted());
      for (const row of rows) expect(row).toMatch(/ 16 +100\.0% /);
    }
  });

  it('reads at every node what was written with QUORUM at each of them', async () => {
    for (const [index, address] of all.entries()) {
      await withClient([address], async (client) => {
        if (index === 0) await makeTable(client);
        await writeRow(client, index + 1);
      });
    }
    for (const address of all) {
      const lost = await withClient([address], (client) => lostRows(client, all.length));
      expect(lost, address).toEqual([]);
    }
  });

  it('is found by name with all its nodes, and shows the web UI of Consul at each', async () => {
    for (const address of all) {
      expect(await digged(address, dnsName)).toEqual(all.toSorted());
      expect(await digged(address, `db.${dnsName}`)).toEqual(all.toSorted());
      const response = await fetch(`http://${address}:8500/ui/`);
      expect(response.status).toBe(200);
    }
  });

  it('changes nothing when it is run again (I4)', async () => {
    const fingerprint = `
      stat -c '%n %i %y %z' /etc/cassandra/* /etc/consul.d/* /opt/cassandra /etc/systemd/system/cassandra.service
      systemctl show --property=InvocationID cassandra consul`;
    const before = await everywhere(fingerprint);

    const again = await workspace.run(['cassandra', '--json']);

    expect(again.code).toBe(0);
    expect(resultOf(again, CreateResultSchema).changed).toBe(false);
    expect(await everywhere(fingerprint)).toEqual(before);
  });

  it('takes a node whose Cassandra is stopped out of the DNS, and in again by itself', async () => {
    const [asked = '', , stopped = ''] = all;
    await insideMachine(workspace, names[2] ?? '', 'systemctl stop cassandra');
    await eventually(async () => !(await digged(asked, dnsName)).includes(stopped));
    expect(await digged(asked, dnsName)).toEqual(all.slice(0, 2).toSorted());
    await insideMachine(workspace, names[2] ?? '', 'systemctl start cassandra');
    await eventually(async () => (await digged(asked, dnsName)).length === 3, 60_000);
  });

  it.each([
    ['clusterName', 'other', 'every node has stored it'],
    ['numTokens', '8', 'a node with data refuses another number'],
    ['datacenter', 'dc2', 'data lies where it says'],
    ['consul.domain', 'other.home', null],
  ])('takes another %s only where nodes can take it in', async (param, value, reason) => {
    const set = ['--set', `${param}=${value}`];
    const outcome = await workspace.run(['plan', 'cassandra', ...set, '--json']);

    if (reason === null) {
      expect(outcome.code).toBe(0);
      return;
    }
    expect(outcome.code).toBe(2);
    const error = errorOf(outcome);
    expect(error.code).toBe('fixed-setting');
    expect(JSON.stringify(error)).toContain(reason);
    expect(await workspace.run(['cassandra', ...set])).toMatchObject({ code: 2 });
  });

  it('shows in a plan which recipe each change is of', async () => {
    const { code, stdout } = await workspace.run(['plan', 'cassandra', '-n', '4']);

    expect(code).toBe(0);
    expect(stdout).toContain('cassandra-default-4');
    for (const phase of ['consul.install', 'cassandra.install', 'cassandra.seeds']) {
      expect(stdout).toContain(phase);
    }
  });

  it('goes on while a node is stopped for a proof, and that node gets what it missed', async () => {
    const proven = await workspace.run(['prove', 'cassandra', '--disruptive', '--json']);

    const { proofs } = resultOf(proven, ProveResultSchema);
    expect(proofs.filter(({ ok }) => !ok)).toEqual([]);
    expect(proven.code).toBe(0);
    expect(proofs.at(-1)?.detail).toMatch(/^without -3: .*; back again: -3: missed-/);
    const lost = await withClient(all, (client) => lostRows(client, 3, consistencies.all));
    expect(lost).toEqual([]);
  });

  it('leaves nothing behind when it is destroyed (I5)', async () => {
    expect(await workspace.run(['cassandra', '--op', 'destroy'])).toMatchObject({ code: 0 });
    expect(await livingMachines(workspace)).toEqual([]);
    expect(await tracesOf(workspace)).toEqual([]);
  });
});
