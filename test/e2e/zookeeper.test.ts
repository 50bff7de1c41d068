import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  cloudRecord,
  insideMachine,
  livingMachines,
  nameOf,
  runningMachines,
  tracesOf,
} from './support/ground-truth.ts';
import { type Outcome, resultOf } from './support/program.ts';
import {
  CreateResultSchema,
  DestroyResultSchema,
  ExecuteResultSchema,
  LogsResultSchema,
  ProveResultSchema,
  StatusResultSchema,
} from './support/results.ts';
import { openWorkspace, type Workspace } from './support/workspace.ts';
import { askServer, connectTo } from './support/zookeeper.ts';

const names = ['zookeeper-default-1', 'zookeeper-default-2', 'zookeeper-default-3'];
const port = 2181;

/** What a restart or a rewritten file would change on a node. */
const fingerprint = `
  stat -c '%n %i %y %z' /etc/zookeeper/* /var/lib/zookeeper/myid /etc/systemd/system/zookeeper.service
  systemctl show --property=InvocationID,ActiveEnterTimestamp,MainPID zookeeper`;

let workspace: Workspace;
let created: Outcome;
beforeAll(async () => {
  workspace = await openWorkspace();
  created = await workspace.run(['zookeeper', '--json']);
});
afterAll(async () => workspace[Symbol.asyncDispose]());

const everywhere = (script: string) =>
  Promise.all(names.map((name) => insideMachine(workspace, name, script)));
const addresses = async () => (await livingMachines(workspace)).map(({ address }) => address);

describe('deployer zookeeper', () => {
  it('makes three machines and says that every proof held', async () => {
    const { changed, nodes, proofs, outputs } = resultOf(created, CreateResultSchema);

    expect(created.code).toBe(0);
    expect(changed).toBe(true);
    expect(nodes.map(({ name }) => name)).toEqual(names);
    expect(proofs.map((proof) => [proof.class, proof.ok])).toEqual([
      ['read', true],
      ['read', true],
      ['write', true],
    ]);
    const machines = await livingMachines(workspace);
    expect(machines.map(nameOf)).toEqual(names);
    expect(await runningMachines(workspace)).toEqual(machines.map(({ id }) => id).sort());
    expect(outputs).toEqual({
      connect: (await addresses()).map((each) => `${each}:${port}`).join(),
    });
  });

  it('gives every node its own identity, configuration and service', async () => {
    expect(await everywhere('cat /var/lib/zookeeper/myid')).toEqual(['1', '2', '3']);
    expect(await everywhere('systemctl is-active zookeeper')).toEqual(Array(3).fill('active'));
    const servers = (await addresses()).map(
      (each, index) => `server.${index + 1}=${each}:2888:3888`,
    );
    for (const text of await everywhere('cat /etc/zookeeper/zoo.cfg')) {
      for (const server of servers) expect(text).toContain(server);
    }
  });

  it('makes an ensemble of one leader and two followers', async () => {
    const modes = await Promise.all((await addresses()).map(modeOf));

    expect(modes.sort()).toEqual(['follower', 'follower', 'leader']);
  });

  it('tells how it is in a fixed shape', async () => {
    const outcome = await workspace.run(['zookeeper', '--op', 'status', '--json']);

    const status = resultOf(outcome, StatusResultSchema);
    expect(outcome.code).toBe(0);
    expect(status).toMatchObject({
      ...{ operation: 'status', cluster: 'zookeeper-default', recipe: 'zookeeper' },
      ...{ profile: 'default', ok: true },
    });
    const machines = await livingMachines(workspace);
    expect(status.nodes).toEqual(
      machines.map((machine, index) => ({
        ...{ name: nameOf(machine), ordinal: index + 1, roles: ['server'] },
        ...{ instanceId: machine.id, address: machine.address, publicAddress: machine.address },
        ...{ state: 'running', healthy: true, detail: '' },
        services: [{ name: 'zookeeper', active: 'active', version: expect.any(String) }],
      })),
    );
    expect(status.proofs.map(({ ok }) => ok)).toEqual([true, true]);
  });

  it('tells people how it is, too', async () => {
    const { code, stdout } = await workspace.run(['status', 'zookeeper']);

    expect(code).toBe(0);
    for (const name of names) expect(stdout).toContain(name);
  });

  it('serves a real client that writes at each node and reads at all', async () => {
    const clients = await Promise.all(
      (await addresses()).map((each) => connectTo(`${each}:${port}`)),
    );
    try {
      for (const [index, client] of clients.entries()) {
        await client.create(`/from-${index + 1}`, `written at ${index + 1}`);
      }
      for (const client of clients) {
        await client.catchUp();
        const read = await Promise.all([1, 2, 3].map((each) => client.read(`/from-${each}`)));
        expect(read).toEqual(['written at 1', 'written at 2', 'written at 3']);
      }
    } finally {
      for (const client of clients) client.close();
    }
  });

  it('changes nothing when it is run again (I4)', async () => {
    const before = await everywhere(fingerprint);

    const again = await workspace.run(['zookeeper', '--json']);

    const { changed, proofs } = resultOf(again, CreateResultSchema);
    expect(again.code).toBe(0);
    expect(changed).toBe(false);
    expect(proofs.map((proof) => proof.class)).toEqual(['read', 'read']);
    expect(await everywhere(fingerprint)).toEqual(before);
  });

  it('runs a command on all nodes, and with --limit on some', async () => {
    const ask = ['execute', 'zookeeper', '-r', 'cat /var/lib/zookeeper/myid', '--json'];

    const all = resultOf(await workspace.run(ask), ExecuteResultSchema);
    const some = resultOf(await workspace.run([...ask, '--limit', '1,3']), ExecuteResultSchema);

    const answer = (ordinal: number) => ({
      ...{ node: `zookeeper-default-${ordinal}`, code: 0, signal: null },
      ...{ stdout: `${ordinal}\n`, stderr: '', error: null },
    });
    expect(all.nodes).toEqual([answer(1), answer(2), answer(3)]);
    expect(some.nodes).toEqual([answer(1), answer(3)]);
  });

  it('tells of a command that fails on one node', async () => {
    const command = 'test "$(cat /var/lib/zookeeper/myid)" != 2 || exit 7';

    const outcome = await workspace.run(['execute', 'zookeeper', '-r', command, '--json']);

    const { ok, nodes } = resultOf(outcome, ExecuteResultSchema);
    expect(outcome.code).toBe(1);
    expect(ok).toBe(false);
    expect(nodes.map(({ code }) => code)).toEqual([0, 7, 0]);
  });

  it('shows what the services have logged', async () => {
    const outcome = await workspace.run(['logs', 'zookeeper', '2', '-n', '20', '--json']);

    const { nodes } = resultOf(outcome, LogsResultSchema);
    expect(nodes.map(({ node }) => node)).toEqual(['zookeeper-default-2']);
    expect(nodes[0]?.lines).toHaveLength(20);
    const journal = await insideMachine(
      workspace,
      'zookeeper-default-2',
      'journalctl -u zookeeper -o cat --no-pager',
    );
    const [, message = 'nothing'] = /\]: (.*)$/.exec(nodes[0]?.lines.at(-1) ?? '') ?? [];
    expect(journal).toContain(message);
  });

  it('logs in with OpenSSH and passes its exit code on', async () => {
    const ssh = ['ssh', 'zookeeper', '1', '--'];

    const fine = await workspace.run([...ssh, 'cat', '/var/lib/zookeeper/myid']);
    const failed = await workspace.run([...ssh, 'exit', '9']);

    expect(fine).toMatchObject({ code: 0, stdout: '1\n' });
    expect(failed.code).toBe(9);
  });

  it('is whole again after the leader was killed, and has lost nothing', async () => {
    const modes = await Promise.all((await addresses()).map(modeOf));
    const leader = names[modes.indexOf('leader')] ?? '';
    await insideMachine(workspace, leader, 'kill -9 "$(systemctl show -P MainPID zookeeper)"');

    const again = await workspace.run(['zookeeper', '--json']);
    const proven = await workspace.run(['prove', 'zookeeper', '--json']);

    expect(again.code).toBe(0);
    expect(resultOf(again, CreateResultSchema).proofs.every(({ ok }) => ok)).toBe(true);
    expect(proven.code).toBe(0);
    expect(resultOf(proven, ProveResultSchema).proofs.every(({ ok }) => ok)).toBe(true);
    const [address = ''] = await addresses();
    const client = await connectTo(`${address}:${port}`);
    try {
      await client.catchUp();
      expect(await client.read('/from-3')).toBe('written at 3');
    } finally {
      client.close();
    }
  });

  it('goes on while a server is stopped for a proof, and changes nothing by that', async () => {
    const proven = await workspace.run(['prove', 'zookeeper', '--disruptive', '--json']);

    const { proofs } = resultOf(proven, ProveResultSchema);
    expect(proven.code).toBe(0);
    expect(proofs.map((proof) => [proof.class, proof.ok]).at(-1)).toEqual(['disruptive', true]);
    expect(proofs.at(-1)?.detail).toMatch(
      /^without -3: written at -1, .*; back again: -3: without-/,
    );
    expect(await everywhere('systemctl is-active zookeeper')).toEqual(Array(3).fill('active'));
    const again = await workspace.run(['zookeeper', '--json']);
    expect(resultOf(again, CreateResultSchema).changed).toBe(false);
  });

  it('keeps its private key out of all that it writes, but for one file (I7)', async () => {
    const folder = join(workspace.stateFolder, 'zookeeper-default');
    const key = await readFile(join(folder, 'secrets/id_ed25519'), 'utf8');
    const secret = key.split('\n')[2] ?? '';
    expect(secret.length).toBeGreaterThan(20);

    const files = (await readdir(folder, { recursive: true, withFileTypes: true }))
      .filter((entry) => entry.isFile() && !entry.parentPath.endsWith('/secrets'))
      .map((entry) => join(entry.parentPath, entry.name));
    expect(files).toContain(join(folder, 'journal'));
    for (const file of [...files, join(workspace.cloudFolder, 'record.json')]) {
      const text = await readFile(file, 'utf8');
      expect(text, file).not.toContain(secret);
      expect(text, file).not.toContain('PRIVATE KEY');
    }
  });

  it('leaves nothing behind when it is destroyed, and has nothing to do the second time (I5, B17)', async () => {
    const machines = await livingMachines(workspace);

    const destroyed = await workspace.run(['zookeeper', '--op', 'destroy', '--json']);

    expect(destroyed.code).toBe(0);
    const { removed } = resultOf(destroyed, DestroyResultSchema);
    const ids = removed.filter(({ kind }) => kind === 'machine').map(({ id }) => id);
    expect(ids.sort()).toEqual(machines.map(({ id }) => id).sort());
    expect(await livingMachines(workspace)).toEqual([]);
    expect((await cloudRecord(workspace)).keyPairs).toEqual([]);
    expect(await tracesOf(workspace)).toEqual([]);
    expect(await readdir(workspace.stateFolder)).not.toContain('zookeeper-default');

    const again = await workspace.run(['zookeeper', '--op', 'destroy', '--json']);

    expect(again.code).toBe(0);
    expect(resultOf(again, DestroyResultSchema).removed).toEqual([]);
    expect(await tracesOf(workspace)).toEqual([]);
  });
});

async function modeOf(address: string): Promise<string> {
  return /^Mode: (\w+)$/m.exec(await askServer(address, port, 'srvr'))?.[1] ?? 'none';
}
