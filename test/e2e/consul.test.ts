import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { digged } from './support/dns.ts';
import { eventually } from './support/eventually.ts';
import { insideMachine, livingMachines, nameOf, tracesOf } from './support/ground-truth.ts';
import { errorOf, type Outcome, resultOf } from './support/program.ts';
import { CreateResultSchema, StatusResultSchema } from './support/results.ts';
import { openWorkspace, type Workspace } from './support/workspace.ts';

const name = (ordinal: number) => `consul-default-${ordinal}`;

let workspace: Workspace;
beforeAll(async () => {
  workspace = await openWorkspace();
});
afterAll(async () => workspace[Symbol.asyncDispose]());

const addresses = async () => (await livingMachines(workspace)).map(({ address }) => address);
const inside = (ordinal: number, script: string) => insideMachine(workspace, name(ordinal), script);

async function consulAt<T>(address: string, path: string, init: RequestInit = {}): Promise<T> {
  const response = await fetch(`http://${address}:8500${path}`, init);
  expect(response.status, path).toBe(200);
  return JSON.parse(await response.text());
}

/** The ordinal of the server that takes the first turn of an update: the leader takes the last one. */
async function firstInTurn(): Promise<number> {
  const all = await addresses();
  const leader = await consulAt<string>(all[0] ?? '', '/v1/status/leader');
  return all.findIndex((address) => `${address}:8300` !== leader) + 1;
}

describe('deployer consul', () => {
  let created: Outcome;
  beforeAll(async () => {
    created = await workspace.run(['consul', '--json', '--set', 'dnsPort=8600']);
  });

  it('makes three servers that have one leader, and says that every proof held', async () => {
    const { nodes, proofs, outputs } = resultOf(created, CreateResultSchema);

    expect(created.code).toBe(0);
    expect(nodes.map((node) => node.name)).toEqual([1, 2, 3].map(name));
    expect(proofs.map((proof) => [proof.class, proof.ok])).toEqual([
      ...Array(4).fill(['read', true]),
      ['write', true],
    ]);
    const all = await addresses();
    expect(outputs).toEqual({
      ui: `http://${all[0]}:8500/ui/`,
      dns: `dig @${all[0]} -p 8600 consul.service.paas.home`,
    });
    const leaders = await Promise.all(
      all.map((address) => consulAt<string>(address, '/v1/status/leader')),
    );
    expect(new Set(leaders).size).toBe(1);
    expect(all.map((address) => `${address}:8300`)).toContain(leaders[0]);
    for (const address of all) {
      const health = await consulAt(address, '/v1/operator/autopilot/health');
      expect(health).toMatchObject({ Healthy: true, FailureTolerance: 1 });
    }
  });

  it('says before a change that the version is old, and how to get a newer one', async () => {
    const { code, stderr } = await workspace.run(['plan', 'consul', '-n', '4']);

    expect(code).toBe(0);
    expect(stderr).toContain("Debian's Consul is 1.8.7");
    expect(stderr).toContain('--set source=publisher');
  });

  it('shows its web UI', async () => {
    for (const address of await addresses()) {
      const response = await fetch(`http://${address}:8500/ui/`);
      expect(response.status).toBe(200);
      expect(await response.text()).toContain('<title>Consul');
    }
  });

  it('keeps at each node what was written at another one', async () => {
    const all = await addresses();
    await consulAt(all[0] ?? '', '/v1/kv/test', { method: 'PUT', body: 'kept' });
    for (const address of all) {
      const response = await fetch(`http://${address}:8500/v1/kv/test?raw&consistent`);
      expect(await response.text()).toBe('kept');
    }
  });

  it('keeps its gossip key out of all that it writes but one file (I7)', async () => {
    const [, key = ''] = /"(.+)"/.exec(await inside(1, 'cat /etc/consul.d/gossip.hcl')) ?? [];
    expect(Buffer.from(key, 'base64')).toHaveLength(32);
    expect(await inside(1, 'stat -c "%U %a" /etc/consul.d/gossip.hcl')).toBe('consul 600');
    const folder = join(workspace.stateFolder, 'consul-default');
    const files = (await readdir(folder, { recursive: true, withFileTypes: true }))
      .filter((entry) => entry.isFile() && !entry.parentPath.endsWith('/secrets'))
      .map((entry) => join(entry.parentPath, entry.name));
    expect(files).toContain(join(folder, 'journal'));
    for (const file of [...files, join(workspace.cloudFolder, 'record.json')]) {
      expect(await readFile(file, 'utf8'), file).not.toContain(key);
    }
    expect(`${created.stdout}${created.stderr}`).not.toContain(key);
    const rendered = await workspace.run(['render', 'consul']);
    expect(rendered.code).toBe(0);
    expect(rendered.stdout).not.toContain(key);
  });

  it('refuses another datacenter, before anything is touched', async () => {
    const outcome = await workspace.run(['consul', '--json', '--set', 'datacenter=dc2']);

    expect(outcome.code).toBe(2);
    const error = errorOf(outcome);
    expect(error.code).toBe('fixed-setting');
    expect(error.message).toContain('datacenter');
    expect(error.message).toContain('dc1');
  });

  it('stops at a node whose port 53 is taken, says by whom, and leaves the others as they are', async () => {
    const squatter = `perl -MIO::Socket::INET -e 'push @ARGV, IO::Socket::INET->new(Proto => "udp", LocalAddr => "0.0.0.0:53") or die; sleep'`;
    const first = await firstInTurn();
    await inside(first, `systemd-run --quiet --unit=squatter ${squatter}`);

    const outcome = await workspace.run(['consul', '--json', '--set', 'dnsPort=53']);

    expect(outcome.code).toBe(1);
    const [failed] = errorOf(outcome).nodes ?? [];
    expect(failed?.node).toBe(name(first));
    expect(JSON.stringify(failed?.error)).toMatch(/53.*perl/);
    for (const address of await addresses()) {
      expect(await digged(address, 'consul.service.paas.home', { port: 8600 })).toHaveLength(3);
    }

    await inside(first, 'systemctl stop squatter');
    const again = await workspace.run(['consul', '--json', '--set', 'dnsPort=53']);

    expect(again.code).toBe(0);
    for (const address of await addresses()) {
      expect(await digged(address, 'consul.service.paas.home')).toEqual(
        (await addresses()).toSorted(),
      );
    }
  });

  it('takes a fourth node in as a client, which answers as the others do', async () => {
    const grown = await workspace.run(['consul', '-n', '4', '--json']);

    expect(grown.code).toBe(0);
    const all = await addresses();
    expect(all).toHaveLength(4);
    for (const address of all) {
      const members = await consulAt<readonly { Status: number }[]>(address, '/v1/agent/members');
      expect(members.map(({ Status }) => Status)).toEqual([1, 1, 1, 1]);
    }
    expect(await digged(all[3] ?? '', 'consul.service.paas.home')).toEqual(
      all.slice(0, 3).toSorted(),
    );
    const status = await workspace.run(['status', 'consul', '--json']);
    expect(resultOf(status, StatusResultSchema).nodes.map(({ roles }) => roles)).toEqual([
      ...Array(3).fill(['agent', 'server']),
      ['agent'],
    ]);
    const servers = ['execute', 'consul', '-r', 'hostname', '--limit', 'role=server', '--json'];
    expect((await workspace.run(servers)).stdout).not.toContain(name(4));
  });

  it('leaves nothing behind when it is destroyed (I5)', async () => {
    expect(await workspace.run(['consul', '--op', 'destroy', '--json'])).toMatchObject({ code: 0 });
    expect(await livingMachines(workspace)).toEqual([]);
    expect(await tracesOf(workspace)).toEqual([]);
  });
});

describe('a recipe that registers its service with Consul', () => {
  let created: Outcome;
  let all: readonly string[];
  beforeAll(async () => {
    created = await workspace.run(['web', '--json']);
    all = (await addresses()).toSorted();
  });

  const listed = async (asked: string, what = 'web') => digged(asked, `${what}.service.paas.home`);
  const nodeAt = async (address: string) =>
    nameOf((await livingMachines(workspace)).find((each) => each.address === address) ?? never());

  it('is made with all that it uses, and each proof says whose it is', () => {
    const { proofs, outputs } = resultOf(created, CreateResultSchema);
    expect(created.code).toBe(0);
    expect(new Set(proofs.map(({ about }) => about.split(':')[0]))).toEqual(
      new Set(['web', 'consul']),
    );
    expect(Object.keys(outputs)).toEqual(expect.arrayContaining(['consul.ui', 'consul.dns']));
  });

  it('is found with all its four nodes over UDP and TCP, by name and by tag, at every node', async () => {
    expect(all).toHaveLength(4);
    for (const asked of all) {
      expect(await listed(asked), 'over UDP').toEqual(all);
      expect(await digged(asked, 'web.service.paas.home', { tcp: true }), 'over TCP').toEqual(all);
      expect(await listed(asked, 'front.web')).toEqual(all);
    }
  });

  it.each([
    ['is stopped', 'systemctl stop web', 'systemctl start web'],
    ['does not pass its own check', 'touch /srv/web/sick', 'rm /srv/web/sick'],
  ])('is not listed where it %s, and comes back by itself', async (_, harm, cure) => {
    const [asked = '', harmed = ''] = all;
    const node = await nodeAt(harmed);
    await insideMachine(workspace, node, harm);
    await eventually(async () => !(await listed(asked)).includes(harmed));
    expect(await listed(asked)).toEqual(all.filter((each) => each !== harmed));
    await insideMachine(workspace, node, cure);
    await eventually(async () => (await listed(asked)).length === 4);
  });

  it('takes another port in without a restart of Consul', async () => {
    const fingerprint = 'systemctl show -P InvocationID consul';
    const node = await nodeAt(all[0] ?? '');
    const before = await insideMachine(workspace, node, fingerprint);

    const changed = await workspace.run(['web', '--set', 'port=8081', '--json']);

    expect(changed.code).toBe(0);
    expect(await insideMachine(workspace, node, fingerprint)).toBe(before);
    const services = await consulAt<readonly { ServicePort: number }[]>(
      all[0] ?? '',
      '/v1/catalog/service/web',
    );
    expect(services.map(({ ServicePort }) => ServicePort)).toEqual(Array(4).fill(8081));
  });
});

function never(): never {
  throw new Error('there is such a machine');
}
