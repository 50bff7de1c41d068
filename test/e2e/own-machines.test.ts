import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  addSudoUser,
  keyFile,
  launchOwnMachines,
  type OwnMachine,
  writeRack,
} from './support/own-hosts.ts';
import { type Outcome, resultOf } from './support/program.ts';
import {
  CreateResultSchema,
  DestroyResultSchema,
  DoctorResultSchema,
  StatusResultSchema,
} from './support/results.ts';
import { openWorkspace, type Workspace } from './support/workspace.ts';
import { askServer } from './support/zookeeper.ts';

const data = '/var/lib/zookeeper';

let workspace: Workspace;
let machines: readonly OwnMachine[];
let hosts: readonly string[];
let created: Outcome;

/** The machine at this place of the list. */
const machine = (place: number): OwnMachine => {
  const found = machines[place - 1];
  if (found === undefined) throw new Error(`there is no machine ${place}`);
  return found;
};
const address = (place: number) => machine(place).address;
const run = (...words: readonly string[]) => workspace.run([...words, '-p', 'rack', '--json']);

/** By place: which node of which cluster the machine is. */
const claims = () =>
  Promise.all(
    machines.map(async ({ inside }) => {
      const text = await inside('cat /var/lib/deployer/claim.json 2>/dev/null || :');
      if (text === '') return null;
      const { cluster, ordinal, incarnation } = JSON.parse(text);
      return `${cluster} ${ordinal}.${incarnation}`;
    }),
  );
/** Where it stands which data a cluster has left on a machine, for the next one that may purge it. */
const note = '/var/lib/deployer/made';

/** What of deployer and of its services is on a machine. */
const traces = (place: number) =>
  machine(place).inside(`
    ls -d /var/lib/deployer/* /etc/systemd/system/zookeeper.service /etc/zookeeper/zoo.cfg ${data}/* 2>/dev/null || :
    systemctl is-active zookeeper || :`);

beforeAll(async () => {
  workspace = await openWorkspace();
  machines = await launchOwnMachines(workspace, 4);
  await addSudoUser(machine(3), 'op');
  hosts = [
    `{address: ${address(1)}, username: root, key: ${keyFile}, zone: a}`,
    `{address: ${address(2)}, username: root, key: ${keyFile}, zone: a}`,
    `{address: ${address(3)}, username: op, key: ${keyFile}, zone: b}`,
    `{address: ${address(4)}, username: root, key: ${keyFile}, zone: c}`,
  ];
  await writeRack(workspace, hosts);
  created = await run('zookeeper');
  if (created.code !== 0) throw new Error(created.stdout + created.stderr);
});
afterAll(async () => workspace?.[Symbol.asyncDispose]());

describe('deployer zookeeper on machines of your own', () => {
  it('is told by doctor what each machine is and has, and to whom it belongs', async () => {
    const { ok, checks } = DoctorResultSchema.parse(JSON.parse((await run('doctor')).stdout));
    const rows = (place: number) =>
      checks
        .filter(({ about }) => about.startsWith(`${address(place)} `))
        .map(({ about, ok, detail }) => [about.split(' ').slice(1).join(' '), ok, detail]);

    expect(ok).toBe(true);
    expect(rows(3)).toEqual([
      ['login', true, 'op at port 22'],
      ['host key', true, expect.stringMatching(/^SHA256:/)],
      ['root', true, 'by sudo'],
      ['system', true, expect.stringContaining('bookworm')],
      ['systemd', true, 'runs'],
      ['programs', true, 'all there'],
      ['ports', true, expect.stringMatching(/^taken: 22, .*2181/)],
      ['disk', true, expect.stringMatching(/MiB at \/, .* MiB at \/var/)],
      ['packages', true, expect.stringContaining('from http')],
      ['clock', true, 'as here'],
      ['use', true, 'node 2 of zookeeper-rack'],
    ]);
    expect(rows(2).at(-1)).toEqual(['use', true, 'free']);
  });

  it('claims one in each zone, whoever logs in there, and proves the ensemble', async () => {
    const { nodes, proofs } = resultOf(created, CreateResultSchema);

    expect(await claims()).toEqual([
      'zookeeper-rack 1.1',
      null,
      'zookeeper-rack 2.1',
      'zookeeper-rack 3.1',
    ]);
    expect(nodes.map((node) => node.address)).toEqual([1, 3, 4].map(address));
    expect(proofs.map(({ ok }) => ok)).toEqual([true, true, true]);
    const modes = [1, 3, 4].map(async (place) => askServer(address(place), 2181, 'srvr'));
    expect((await Promise.all(modes)).join().match(/Mode: leader/g)).toHaveLength(1);
  });

  it('changes nothing the second time', async () => {
    const again = await run('zookeeper');

    expect(again.code).toBe(0);
    expect(resultOf(again, CreateResultSchema).changed).toBe(false);
  });

  it('finds the cluster again when the local state is lost', async () => {
    const status = await workspace.run([
      'zookeeper',
      '--op',
      'status',
      '-p',
      'rack',
      '--json',
      '--state',
      'elsewhere',
    ]);

    expect(resultOf(status, StatusResultSchema).nodes).toHaveLength(3);
  });

  it('runs commands and shows logs as the user of each machine', async () => {
    const { stdout } = await run('execute', 'zookeeper', '-r', 'id -un');
    const who = JSON.parse(stdout).nodes.map((node: { stdout: string }) => node.stdout.trim());
    const logs = JSON.parse((await run('logs', 'zookeeper')).stdout);

    expect(who).toEqual(['root', 'op', 'root']);
    expect(logs.nodes.map((node: { lines: string[] }) => node.lines.length > 0)).toEqual([
      true,
      true,
      true,
    ]);
  });

  it('refuses machines that another cluster uses, by name, before anything is touched', async () => {
    const other = await run('hello', '-n', '2');

    expect(other.code).toBe(1);
    expect(other.stderr).toContain("2 of the profile's hosts are needed, and 1 can be had");
    expect(other.stderr).toContain(`${address(3)} is node 2 of zookeeper-rack`);
    expect((await claims())[1]).toBeNull();
    expect((await run('destroy', 'hello')).code).toBe(0);
  });

  it('moves a node to another machine, and leaves the one before', async () => {
    const moved = await run('zookeeper', '--replace', '3');

    expect(moved.stderr + moved.stdout).toContain('"changed":true');
    expect((await claims()).slice(1)).toEqual(['zookeeper-rack 3.2', 'zookeeper-rack 2.1', null]);
    expect(await traces(4)).toBe(`${note}\n${data}/version-2\ninactive`);
  });

  it('stops what it started, and keeps what services wrote', async () => {
    const { code, stdout } = await run('destroy', 'zookeeper');

    expect(code).toBe(0);
    const { removed, kept } = DestroyResultSchema.parse(JSON.parse(stdout));
    expect(removed.map(({ id }) => id).toSorted()).toEqual([1, 2, 3].map(address).toSorted());
    expect(kept).toContain(`data on ${address(3)}: ${data}`);
    expect(await claims()).toEqual([null, null, null, null]);
    for (const place of [1, 2, 3]) {
      expect(await traces(place)).toBe(`${note}\n${data}/version-2\ninactive`);
    }
    expect((await run('destroy', 'zookeeper')).code).toBe(0);
  });

  it('keeps nothing where data is purged, once the machine can be reached', async () => {
    await writeRack(workspace, hosts.slice(2, 3));
    expect((await run('zookeeper', '-n', '1')).code).toBe(0);
    await machine(3).inside('systemctl stop ssh');
    const cut = await run('destroy', 'zookeeper', '--purge-data');
    await machine(3).inside('systemctl start ssh');
    expect(cut.code).toBe(1);
    expect(cut.stderr).toContain(`${address(3)} cannot be left as found`);
    const { code, stdout } = await run('destroy', 'zookeeper', '--purge-data');

    expect(code).toBe(0);
    expect(stdout).not.toContain('data on');
    expect(await traces(3)).toBe('inactive');
  });

  it('has no data to purge on a cloud', async () => {
    const { code, stderr } = await workspace.run(['destroy', 'hello', '--purge-data']);

    expect(code).toBe(2);
    expect(stderr).toContain('for machines of your own');
  });
});
