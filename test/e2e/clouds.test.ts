import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cloudRecord, livingMachines, nameOf } from './support/ground-truth.ts';
import { errorOf, resultOf } from './support/program.ts';
import { CreateResultSchema, DestroyResultSchema, PlanResultSchema } from './support/results.ts';
import { type ServedCloud, serveCloud } from './support/served-cloud.ts';
import { openWorkspace, type Workspace } from './support/workspace.ts';

const names = ['hello-served-1', 'hello-served-2', 'hello-served-3'];

/** Closes what a hook has opened, also where it did not come to the end. */
async function closeAll(cloud?: ServedCloud, workspace?: Workspace): Promise<void> {
  try {
    await cloud?.[Symbol.asyncDispose]();
  } finally {
    await workspace?.[Symbol.asyncDispose]();
  }
}

describe.each(['aws', 'eucalyptus', 'openstack'])('a cloud like %s, over HTTP', (personality) => {
  let workspace: Workspace;
  let cloud: ServedCloud;
  beforeAll(async () => {
    workspace = await openWorkspace();
    cloud = await serveCloud(workspace, personality);
  });
  afterAll(async () => {
    await closeAll(cloud, workspace);
  });

  const run = (...args: readonly string[]) =>
    workspace.run([...args, '-p', 'served', '--json'], cloud.env);
  const create = async (...args: readonly string[]) => {
    const outcome = await run('hello', '-n', '3', ...args);
    expect(outcome, outcome.stderr).toMatchObject({ code: 0 });
    return resultOf(outcome, CreateResultSchema);
  };

  it('gives a proven cluster, spread over its zones, and then is asked for nothing more', async () => {
    const { changed, proofs, calls } = await create();

    expect(changed).toBe(true);
    expect(proofs.map(({ ok }) => ok)).toEqual([true]);
    expect(calls).toMatchObject({ RunInstances: 3 });
    const machines = await livingMachines(workspace);
    expect(machines.map(nameOf)).toEqual(names);
    expect(new Set(machines.map(({ zone }) => zone)).size).toBe(3);

    const again = await create();

    expect(again.changed).toBe(false);
    expect(Object.keys(again.calls).every((name) => name.startsWith('Describe'))).toBe(true);
  });

  it('gives another machine for one that somebody else has ended (B10)', async () => {
    const [, second] = await livingMachines(workspace);
    await workspace.cloud().call(`Action=TerminateInstances&InstanceId.1=${second?.id ?? ''}`);

    expect((await create()).changed).toBe(true);

    const machines = await livingMachines(workspace);
    expect(machines.map(nameOf)).toEqual(names);
    expect(machines[1]?.id).not.toBe(second?.id);
  });

  it('tries another type where there is no room, and keeps what there was room for (B5)', async () => {
    await cloud.misbehave('capacity:t3.small/*/*:0');
    try {
      const outcome = await run('hello', '-n', '4');
      expect(outcome, outcome.stderr).toMatchObject({ code: 0 });
    } finally {
      await cloud.misbehave('none');
    }
    const machines = await livingMachines(workspace);
    expect(machines.map(({ type }) => type)).toEqual([
      ...['t3.small', 't3.small', 't3.small', 't3.medium'],
    ]);
  });

  it('is left without anything of the cluster', async () => {
    const outcome = await run('hello', '--op', 'destroy');

    expect(outcome, outcome.stderr).toMatchObject({ code: 0 });
    expect(resultOf(outcome, DestroyResultSchema).removed).toHaveLength(4);
    const { keyPairs, securityGroups, volumes } = await cloudRecord(workspace);
    expect(await livingMachines(workspace)).toEqual([]);
    expect(keyPairs).toEqual([]);
    expect(securityGroups.filter(({ name }) => name !== 'default')).toEqual([]);
    expect(volumes).toEqual([]);
  });
});

describe('a protected cluster', () => {
  let workspace: Workspace;
  let cloud: ServedCloud;
  beforeAll(async () => {
    workspace = await openWorkspace();
    cloud = await serveCloud(workspace, 'aws', ['protect: true']);
  });
  afterAll(async () => {
    await closeAll(cloud, workspace);
  });

  it('goes only when that is confirmed and its protection is lifted (B16)', async () => {
    const run = (...args: readonly string[]) =>
      workspace.run(['hello', '-n', '1', '-p', 'served', '--json', ...args], cloud.env);
    const destroy = (...args: readonly string[]) =>
      workspace.run(['destroy', 'hello', '-p', 'served', '--json', ...args], cloud.env);
    const created = await run();
    expect(created, created.stderr).toMatchObject({ code: 0 });

    const planned = await workspace.run(
      ['plan', 'hello', '-p', 'served', '--replace', '1', '--json'],
      cloud.env,
    );
    expect(resultOf(planned, PlanResultSchema).machines[0]?.reason).toContain(
      'protected: needs --force-unprotect',
    );
    const replaced = await run('--replace', '1');
    expect(errorOf(replaced)).toMatchObject({ code: 'protected' });
    expect(await livingMachines(workspace)).toHaveLength(1);

    const unconfirmed = await destroy();
    expect(unconfirmed.code).toBe(2);
    expect(errorOf(unconfirmed)).toMatchObject({ code: 'needs-confirmation' });
    const confirmed = await destroy('--yes');
    expect(confirmed.code).toBe(1);
    expect(errorOf(confirmed)).toMatchObject({ code: 'protected' });
    expect(await livingMachines(workspace)).toHaveLength(1);

    const outcome = await destroy('--yes', '--force-unprotect');
    expect(outcome, outcome.stderr).toMatchObject({ code: 0 });
    expect(await livingMachines(workspace)).toEqual([]);
  });

  it('whose state was lost is found without an owner, and deleted only with an age (B18)', async () => {
    const outcome = await workspace.run(['hello', '-n', '1', '-p', 'served'], cloud.env);
    expect(outcome, outcome.stderr).toMatchObject({ code: 0 });
    const gc = (...args: readonly string[]) =>
      workspace.run(['gc', '-p', 'served', '--state', 'elsewhere', '--json', ...args], cloud.env);

    const found = await gc();
    expect(JSON.parse(found.stdout)).toMatchObject({
      ownerless: [{ cluster: 'hello-served' }],
      deleted: [],
    });
    expect(errorOf(await gc('--yes'))).toMatchObject({ code: 'needs-age' });
    const own = await workspace.run(['gc', '-p', 'served', '--json'], cloud.env);
    expect(JSON.parse(own.stdout)).toMatchObject({ ownerless: [] });
    const young = await gc('--yes', '--older-than', '1h');
    expect(JSON.parse(young.stdout)).toMatchObject({ ownerless: [], deleted: [] });
    expect(await livingMachines(workspace)).toHaveLength(1);
  });
});

describe('a run on a cloud that has bad days', () => {
  let workspace: Workspace;
  let cloud: ServedCloud;
  beforeAll(async () => {
    workspace = await openWorkspace();
    cloud = await serveCloud(workspace, 'aws', ['market: [spot, on-demand]']);
  });
  afterAll(async () => {
    await closeAll(cloud, workspace);
  });

  it('waits where its credentials expire, says how they are renewed, and goes on (B11)', async () => {
    await cloud.misbehave('expire:6');
    const program = workspace.start(['hello', '-n', '2', '-p', 'served'], cloud.env);

    await program.said(/the credentials have expired, waiting for new ones\. Renew them/);
    await cloud.misbehave('none');
    const outcome = await program.ended;

    expect(outcome, outcome.stderr).toMatchObject({ code: 0 });
    expect(outcome.stderr).toContain('there are new credentials: going on');
    expect(await livingMachines(workspace)).toHaveLength(2);
  });

  it('replaces a machine that the spot market took back (B9)', async () => {
    const before = await livingMachines(workspace);
    expect(before.every(({ spotRequest }) => spotRequest !== undefined)).toBe(true);
    await cloud.misbehave('interrupt:1');

    const outcome = await workspace.run(['hello', '-p', 'served', '--json'], cloud.env);

    expect(outcome, outcome.stderr).toMatchObject({ code: 0 });
    expect(resultOf(outcome, CreateResultSchema).changed).toBe(true);
    const after = await livingMachines(workspace);
    const kept = after.filter(({ id }) => before.some((each) => each.id === id));
    expect([after.length, kept.length]).toEqual([2, 1]);
  });
});
