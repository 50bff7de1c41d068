import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from './support/eventually.ts';
import {
  cloudRecord,
  insideMachine,
  livingMachines,
  nameOf,
  runningMachines,
  tracesOf,
} from './support/ground-truth.ts';
import { errorOf, resultOf } from './support/program.ts';
import { CreateResultSchema, DestroyResultSchema, StatusResultSchema } from './support/results.ts';
import { openWorkspace, type Workspace } from './support/workspace.ts';

const names = ['hello-default-1', 'hello-default-2', 'hello-default-3'] as const;
const [first, second, third] = names;

let workspace: Workspace;
beforeAll(async () => {
  workspace = await openWorkspace();
  const outcome = await workspace.run(['hello', '-n', '3']);
  expect(outcome, outcome.stderr).toMatchObject({ code: 0 });
});
afterAll(async () => workspace[Symbol.asyncDispose]());

const inside = (name: string, script: string) => insideMachine(workspace, name, script);
const invocation = (name: string) => inside(name, 'systemctl show -P InvocationID hello');
const invocations = () => Promise.all(names.map(invocation));

async function create(...args: readonly string[]) {
  const outcome = await workspace.run(['hello', '--json', ...args]);
  expect(outcome, outcome.stderr).toMatchObject({ code: 0 });
  return resultOf(outcome, CreateResultSchema);
}

async function status() {
  const outcome = await workspace.run(['status', 'hello', '--json']);
  return { code: outcome.code, ...resultOf(outcome, StatusResultSchema) };
}

describe('deployer on a cluster that is not as it was wished', () => {
  it('puts back a file that was removed, and touches no other node', async () => {
    const before = await invocations();
    await inside(second, 'rm /usr/local/bin/hello');

    expect((await create()).changed).toBe(true);

    expect(await inside(second, 'test -x /usr/local/bin/hello && echo there')).toBe('there');
    const after = await invocations();
    expect([after[0], after[2]]).toEqual([before[0], before[2]]);
    expect((await create()).changed).toBe(false);
  });

  it('says which service does not run, and starts it', async () => {
    await inside(third, 'systemctl stop hello');

    const bad = await status();

    expect(bad.code).toBe(1);
    expect(bad.nodes.map(({ healthy }) => healthy)).toEqual([true, true, false]);
    expect(bad.nodes[2]?.services).toMatchObject([{ name: 'hello', active: 'inactive' }]);

    expect((await create()).changed).toBe(true);
    expect(await inside(third, 'systemctl is-active hello')).toBe('active');
    expect(await status()).toMatchObject({ code: 0, ok: true });
  });

  it('starts a machine that is off, and keeps what is on it', async () => {
    const before = (await livingMachines(workspace)).map(({ id }) => id);
    await inside(first, 'echo kept >/root/mine; systemctl poweroff --no-block');
    await eventually(async () => (await runningMachines(workspace)).length === 2);

    const bad = await status();

    expect(bad.code).toBe(1);
    expect(bad.nodes[0]).toMatchObject({ state: 'stopped', healthy: false });
    expect(bad.proofs, 'nobody asked the node that is off').toMatchObject([{ ok: false }]);

    expect((await create()).changed).toBe(true);
    expect((await livingMachines(workspace)).map(({ id }) => id)).toEqual(before);
    expect(await inside(first, 'cat /root/mine /run/hello/greeting')).toBe(
      `kept\nhello from ${first}`,
    );
  });

  it('brings a new setting to every node, one after the other, and remembers it', async () => {
    await create('--set', 'greeting=good day');

    const started = await Promise.all(
      names.map((name) => inside(name, 'systemctl show -P ExecMainStartTimestampMonotonic hello')),
    );
    expect(new Set(started).size).toBe(3);
    for (const name of names) {
      expect(await inside(name, 'cat /run/hello/greeting')).toBe(`good day from ${name}`);
    }
    const { changed, outputs } = await create();
    expect(changed).toBe(false);
    expect(outputs['greeting']).toContain('good day');
  });

  it('refuses another number of nodes, and changes nothing', async () => {
    const before = await invocations();

    const outcome = await workspace.run(['hello', '-n', '1', '--json']);

    expect(outcome.code).toBe(2);
    expect(errorOf(outcome).message).toContain('3');
    expect((await livingMachines(workspace)).map(nameOf)).toEqual(names);
    expect(await invocations()).toEqual(before);
  });
});

describe('deployer whose state folder was lost', () => {
  it('launches nothing a second time, and still destroys all (A12)', async () => {
    const before = (await livingMachines(workspace)).map(({ id }) => id).sort();
    await rm(join(workspace.stateFolder, 'hello-default'), { recursive: true });

    const refused = await workspace.run(['hello', '--json']);

    expect(refused.code).toBe(1);
    expect(errorOf(refused).hint).toContain('destroy');
    expect((await livingMachines(workspace)).map(({ id }) => id).sort()).toEqual(before);

    const destroyed = await workspace.run(['destroy', 'hello', '--json']);

    expect(destroyed.code).toBe(0);
    const { removed } = resultOf(destroyed, DestroyResultSchema);
    expect(removed.filter(({ kind }) => kind === 'machine')).toHaveLength(3);
    expect((await cloudRecord(workspace)).keyPairs).toEqual([]);
    expect(await tracesOf(workspace)).toEqual([]);
  });
});

describe('deployer for two clusters at once', () => {
  it('makes both, each with its own machines and key', async () => {
    const [one, other] = await Promise.all([
      workspace.run(['hello', '--name', 'one']),
      workspace.run(['hello', '--name', 'other', '--set', 'greeting=hi']),
    ]);

    expect([one.code, other.code]).toEqual([0, 0]);
    expect((await livingMachines(workspace)).map(nameOf)).toEqual(['one-1', 'other-1']);
    expect(await inside('one-1', 'cat /run/hello/greeting')).toBe('hello from one-1');
    expect(await inside('other-1', 'cat /run/hello/greeting')).toBe('hi from other-1');

    expect(await workspace.run(['destroy', 'hello', '--name', 'one'])).toMatchObject({ code: 0 });
    expect((await livingMachines(workspace)).map(nameOf)).toEqual(['other-1']);
    expect((await cloudRecord(workspace)).keyPairs).toHaveLength(1);
    expect(await inside('other-1', 'systemctl is-active hello')).toBe('active');
    expect(await workspace.run(['destroy', 'hello', '--name', 'other'])).toMatchObject({ code: 0 });
    expect(await tracesOf(workspace)).toEqual([]);
  });
});
