import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Instance } from '../../src/localcloud/record.ts';
import {
  allServers,
  awayTogether,
  leaderOf,
  lostAt,
  restartedSince,
  type ServerLife,
  serverLife,
  serverLives,
  serverModes,
} from './support/ensemble.ts';
import { insideMachine, livingMachines, nameOf, terminateMachine } from './support/ground-truth.ts';
import { errorOf, resultOf } from './support/program.ts';
import { CreateResultSchema } from './support/results.ts';
import { type SteadyWriter, startSteadyWriter } from './support/steady-writer.ts';
import { openWorkspace, type Workspace } from './support/workspace.ts';

const port = 2181;

let workspace: Workspace;
let writer: SteadyWriter;
beforeAll(async () => {
  workspace = await openWorkspace();
  const created = await workspace.run(['zookeeper']);
  expect(created, created.stderr).toMatchObject({ code: 0 });
  const machines = await livingMachines(workspace);
  writer = await startSteadyWriter(machines.map(({ address }) => `${address}:${port}`));
});
afterAll(async () => {
  await writer?.stop();
  await workspace[Symbol.asyncDispose]();
});
afterEach(({ task }) => {
  console.log(`${Math.round(writer.lapMs())} ms for the longest write while it ${task.name}`);
});

async function create(...args: readonly string[]) {
  const outcome = await workspace.run(['zookeeper', '--json', ...args]);
  expect(outcome, `${outcome.stdout}${outcome.stderr}`).toMatchObject({ code: 0 });
  return resultOf(outcome, CreateResultSchema);
}

/** Who was restarted by a change, once it is certain that all were, one after the other and `last`, if given, at the end. */
async function expectTurns(
  before: readonly ServerLife[],
  last: string | null,
): Promise<readonly ServerLife[]> {
  const now = await serverLives(workspace);
  const restarted = restartedSince(before, now);
  expect(restarted.map(({ name }) => name).toSorted()).toEqual(before.map(({ name }) => name));
  if (last !== null) expect(restarted.at(-1)?.name).toBe(last);
  expect(awayTogether(restarted)).toEqual([]);
  for (const { name, starts } of before) {
    expect(restarted.find((each) => each.name === name)?.starts, name).toBe(starts + 1);
  }
  return restarted;
}

async function change(...args: readonly string[]): Promise<void> {
  const before = await serverLives(workspace);
  const leader = await leaderOf(workspace);
  expect((await create(...args)).changed).toBe(true);
  await expectTurns(before, leader);
}

async function everywhere(script: string): Promise<readonly string[]> {
  const names = (await livingMachines(workspace)).map(nameOf);
  return Promise.all(names.map((name) => insideMachine(workspace, name, script)));
}

const commandLines = () =>
  everywhere(`tr '\\0' ' ' <"/proc/$(systemctl show -P MainPID zookeeper)/cmdline"`);
const versions = () => everywhere('dpkg-query -W libzookeeper-java | cut -f 2');
const configurations = () => everywhere('cat /etc/zookeeper/zoo.cfg');

describe('an ensemble that a client writes to all the time', () => {
  it('takes a new setting one server after the other, the leader last (D1, D3)', async () => {
    await change('--set', 'tickTime=1700');

    for (const conf of await allServers(workspace, 'conf')) expect(conf).toContain('tickTime=1700');
  });

  it('takes another heap in the same way', async () => {
    expect(await commandLines()).toEqual(Array(3).fill(expect.stringContaining(' -Xmx1024m ')));

    await change('--set', 'heapPercent=40');

    expect(await commandLines()).toEqual(Array(3).fill(expect.stringContaining(' -Xmx819m ')));
  });

  it('takes an older version of its software, and the newer one again', async () => {
    await change('--set', 'version=3.8.0-11+deb12u1');

    expect(await versions()).toEqual(Array(3).fill('3.8.0-11+deb12u1'));

    await change('--set', 'version=3.8.0-11+deb12u2');

    expect(await versions()).toEqual(Array(3).fill('3.8.0-11+deb12u2'));
  });

  it('grows to five: who joins follows first, then the members learn of them', async () => {
    const before = await serverLives(workspace);
    const leader = await leaderOf(workspace);

    await create('-n', '5');

    const restarted = await expectTurns(before, leader);
    const joined = (await serverLives(workspace)).slice(3);
    expect(joined.map(({ name, starts }) => [name, starts])).toEqual([
      ['zookeeper-default-4', 1],
      ['zookeeper-default-5', 1],
    ]);
    for (const { servedUs } of joined) expect(servedUs).toBeLessThan(restarted[0]?.leftUs ?? 0);
    const servers = (await livingMachines(workspace)).map(
      ({ address }, index) => `server.${index + 1}=${address}:2888:3888`,
    );
    for (const text of await configurations()) expect(text).toContain(servers.join('\n'));
    for (const answer of await allServers(workspace, 'mntr')) {
      expect(answer).toMatch(/^zk_quorum_size\t5$/m);
    }
  });

  it('stays as large as it is, and says that it cannot shrink', async () => {
    const before = await serverLives(workspace);

    const plain = await create();
    const refused = await workspace.run(['zookeeper', '-n', '3', '--json']);

    expect(plain).toMatchObject({ changed: false, nodes: { length: 5 } });
    expect(refused.code).toBe(2);
    const { code, message, hint } = errorOf(refused);
    expect(code).toBe('cannot-shrink');
    expect(message).toContain('shrinking is not supported');
    expect(hint).toMatch(/keep 5.*destroy.*create/i);
    expect((await create()).changed).toBe(false);
    expect(await serverLives(workspace)).toEqual(before);
  });

  it('gets a new machine for one that is gone, with the same id, before the others learn of it (B10, D2)', async () => {
    const leader = await leaderOf(workspace);
    const others = (await serverLives(workspace)).filter(({ name }) => name !== leader);
    const old = await machineOf(leader);
    await terminateMachine(workspace, leader);

    await create();

    const now = await machineOf(leader);
    expect(now.id).not.toBe(old.id);
    expect(now.address).not.toBe(old.address);
    const myid = await insideMachine(workspace, leader, 'cat /var/lib/zookeeper/myid');
    expect(leader).toBe(`zookeeper-default-${myid}`);
    const restarted = await expectTurns(others, null);
    const { starts, servedUs } = await serverLife(workspace, leader);
    expect(starts).toBe(1);
    expect(servedUs).toBeLessThan(restarted[0]?.leftUs ?? 0);
    for (const text of await configurations()) {
      expect(text).toContain(`server.${myid}=${now.address}:2888:3888`);
      expect(text).not.toContain(`=${old.address}:`);
    }
    expect((await create()).changed).toBe(false);
  });

  it('serves on when a setting is bad: only the first server gets it, and is healed by a good one', async () => {
    const before = await serverLives(workspace);

    const bad = await workspace.run(['zookeeper', '--set', 'clientPort=22', '--json']);

    expect(bad.code).toBe(1);
    const { message, hint, nodes = [] } = errorOf(bad);
    const [victim] = nodes;
    const rest = before.map(({ name }) => name).filter((name) => name !== victim?.node);
    expect(nodes).toHaveLength(1);
    expect(message).toContain('1 of 5 nodes');
    for (const name of rest) expect(hint).toContain(name);
    // It may die while its start is still watched, or later, while its health is waited for.
    expect(['step-failed', 'gate-closed']).toContain(victim?.error.code);
    expect(victim?.error.excerpt).toContain('BindException');
    expect(victim?.error.hint).toMatch(/run the (same )?command again/);
    const modes = await serverModes(workspace);
    expect(rest.map((name) => modes.get(name)).toSorted()).toEqual([
      ...['follower', 'follower', 'follower', 'leader'],
    ]);
    const untouched = before.filter(({ name }) => rest.includes(name));
    expect(restartedSince(untouched, await serverLives(workspace))).toEqual([]);
    const unfinished = 'has not brought all nodes to what was asked for';
    expect((await workspace.run(['status', 'zookeeper'])).stderr).toContain(unfinished);

    await create('--set', 'clientPort=2181');

    expect((await workspace.run(['status', 'zookeeper'])).stderr).not.toContain(unfinished);

    expect(restartedSince(untouched, await serverLives(workspace))).toEqual([]);
    expect([...(await serverModes(workspace)).values()]).not.toContain('none');
    expect((await create()).changed).toBe(false);
  });

  it('has failed no write, ended no session and lost nothing', async () => {
    const { acknowledged, failures, sessions, sessionTimeoutMs, longestMs, ...more } =
      await writer.stop();

    console.log(acknowledged.size, 'writes', { longestMs, sessionTimeoutMs, ...more });
    expect(failures).toEqual([]);
    expect(sessions).toHaveLength(1);
    expect(longestMs).toBeLessThan(sessionTimeoutMs);
    expect(acknowledged.size).toBeGreaterThan(500);
    for (const { address } of await livingMachines(workspace)) {
      expect(await lostAt(address, acknowledged), address).toEqual([]);
    }
  });
});

async function machineOf(name: string): Promise<Instance> {
  const machine = (await livingMachines(workspace)).find((each) => nameOf(each) === name);
  if (machine === undefined) throw new Error(`there is no machine ${name}`);
  return machine;
}
