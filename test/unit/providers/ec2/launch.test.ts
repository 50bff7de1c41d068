import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { least } from '../../../../src/providers/ec2/capabilities.ts';
import {
  cluster,
  keyName,
  launchRequest,
  noSecrets,
  openPaperEc2,
  type PaperEc2,
  publicKey,
} from '../../../support/paper-ec2.ts';

let paper: PaperEc2;

beforeEach(async () => {
  paper = await openPaperEc2();
  await paper.provider.importKey(cluster, keyName, publicKey);
});

afterEach(() => paper.remove());

/** What the cloud's own record says. */
async function instances() {
  return (await paper.cloud.host.store.read()).instances;
}

test('machines bear ordinals, incarnation and cluster from the moment they exist', async () => {
  const machines = await paper.provider.launch(launchRequest({ ordinals: [4, 7] }), noSecrets);
  expect(machines.map(({ ordinal, state }) => [ordinal, state])).toEqual([
    [4, 'pending'],
    [7, 'pending'],
  ]);
  expect(paper.calls.filter(({ action }) => action === 'CreateTags')).toEqual([]);
  const [first] = await instances();
  expect(first?.tags).toContainEqual({ key: 'deployer:uid', value: cluster.uid });
});

test('the same launch sent twice is one launch, and gives the same machines (B1)', async () => {
  const first = await paper.provider.launch(launchRequest(), noSecrets);
  const again = await (await paper.reopened()).provider.launch(launchRequest(), noSecrets);
  expect(again.map(({ id }) => id)).toEqual(first.map(({ id }) => id));
  expect(await instances()).toHaveLength(3);
});

test('a launch whose answer is lost is sent again and launches once (B1)', async () => {
  await paper.misbehave('drop-reply:RunInstances:2');
  const machines = await paper.provider.launch(launchRequest(), noSecrets);
  expect(machines.map(({ ordinal }) => ordinal)).toEqual([1, 2, 3]);
  expect(await instances()).toHaveLength(3);
});

test('a token that was used with other words gives the machines that it launched (B2)', async () => {
  const first = await paper.provider.launch(launchRequest(), noSecrets);
  const changed = launchRequest({ operatorKeys: ['ssh-ed25519 AAAA later'] });
  const again = await paper.provider.launch(changed, noSecrets);
  expect(again.map(({ id }) => id)).toEqual(first.map(({ id }) => id));
});

test('a machine that the cloud does not show yet is not taken for gone (B3)', async () => {
  await paper.misbehave('late:30s');
  await paper.provider.launch(launchRequest(), noSecrets);
  const seen = await paper.provider.describe(cluster.uid);
  expect(seen.map(({ ordinal, state }) => [ordinal, state])).toEqual([
    [1, 'pending'],
    [2, 'pending'],
    [3, 'pending'],
  ]);
});

test('tags that show up late do not hide a machine (B3)', async () => {
  await paper.misbehave('late-tags:20s');
  await paper.provider.launch(launchRequest(), noSecrets);
  expect(await paper.provider.describe(cluster.uid)).toHaveLength(3);
});

test('a machine that stays away is gone once it is old enough (B3)', async () => {
  await paper.misbehave('late:10m');
  await paper.provider.launch(launchRequest(), noSecrets);
  paper.clock.pass(61_000);
  expect(await paper.provider.describe(cluster.uid)).toEqual([]);
});

test('machines that are not visible yet are named once they are (B3)', async () => {
  await paper.misbehave('late:20s');
  const machines = await paper.provider.launch(launchRequest(), noSecrets);
  await paper.provider.label(cluster, machines);
  await paper.misbehave('late:0s');
  expect(
    (await instances()).map(({ tags }) => tags.find(({ key }) => key === 'Name')?.value),
  ).toEqual(['hello-test-1', 'hello-test-2', 'hello-test-3']);
});

test('the end of a machine that is not visible yet is asked for until it is (B3)', async () => {
  await paper.misbehave('late:20s');
  const machines = await paper.provider.launch(launchRequest(), noSecrets);
  await paper.provider.terminate(machines.map(({ id }) => id));
  expect((await instances()).map(({ want }) => want)).toEqual(Array(3).fill('terminated'));
});

test('a pool with too little room gives what it has, and says so when it has none (B5)', async () => {
  await paper.misbehave('capacity:t3.small/*/*:2');
  const some = await paper.provider.launch(launchRequest({ atLeastOne: true }), noSecrets);
  expect(some.map(({ ordinal }) => ordinal)).toEqual([1, 2]);
  paper.takeActions();
  const rest = launchRequest({ ordinals: [3] });
  await expect(paper.provider.launch(rest, noSecrets)).rejects.toMatchObject({
    code: 'InsufficientInstanceCapacity',
    retryable: false,
  });
  expect(paper.takeActions()).toEqual(['RunInstances']);
});

test('a quota is refused with what was asked for and what is allowed (B6)', async () => {
  await paper.misbehave('vcpus:4');
  await expect(paper.provider.launch(launchRequest(), noSecrets)).rejects.toMatchObject({
    code: 'VcpuLimitExceeded',
    message: expect.stringContaining('4'),
    excerpt: 'asked for: 3 × t3.small (on-demand) = 6 vCPU',
  });
  expect(await instances()).toEqual([]);
});

test('a machine that ends at once says why (B7)', async () => {
  await paper.misbehave('die:Server.InternalError:1');
  await paper.provider.launch(launchRequest(), noSecrets);
  paper.clock.pass(2_000);
  const ended = (await paper.provider.describe(cluster.uid)).filter(
    ({ state }) => state === 'terminated',
  );
  expect(ended).toHaveLength(1);
  expect(ended[0]?.stateReason).toContain('Server.InternalError');
});

test('what disks, zone and protection the request says the cloud has', async () => {
  await paper.provider.launch(
    launchRequest({
      ordinals: [1],
      pool: { instanceType: 't3.small', zone: 'local-1b', market: 'on-demand' },
      disks: [
        { device: null, gib: 30, type: 'gp3', encrypted: true },
        { device: '/dev/sdf', gib: 10, type: null, encrypted: null },
      ],
      protect: true,
    }),
    noSecrets,
  );
  const { volumes } = await paper.cloud.host.store.read();
  expect(volumes.map(({ sizeGib }) => sizeGib).sort()).toEqual([10, 30]);
  expect(volumes[0]?.tags).toContainEqual({ key: 'deployer:uid', value: cluster.uid });
  const [machine] = await paper.provider.describe(cluster.uid);
  expect(machine?.zone).toBe('local-1b');
  expect(await paper.provider.protectedAmong([machine?.id ?? ''])).toEqual([machine?.id]);
});

describe('on a cloud that tags only afterwards and keeps no tokens', () => {
  const openOld = async () => {
    paper.remove();
    const old = await openPaperEc2('eucalyptus', least);
    await old.provider.importKey(cluster, keyName, publicKey);
    await old.misbehave('ignore-token');
    return old;
  };

  test('machines get their tags right after the launch (B19)', async () => {
    paper = await openOld();
    await paper.provider.launch(launchRequest(), noSecrets);
    const described = await paper.provider.describe(cluster.uid);
    expect(described.map(({ ordinal }) => ordinal)).toEqual([1, 2, 3]);
  });

  test('a launch that was cut off before its tags is taken over, not repeated (B19)', async () => {
    paper = await openOld();
    await paper.misbehave('ignore-token', 'drop-reply:RunInstances:1');
    const cut = paper.provider.launch(launchRequest(), noSecrets);
    await expect(cut).rejects.toMatchObject({ retryable: true });
    const next = await paper.reopened();
    expect(await next.provider.describe(cluster.uid)).toEqual([]);
    const adopted = await next.provider.launch(launchRequest(), noSecrets);
    expect(adopted.map(({ ordinal }) => ordinal)).toEqual([1, 2, 3]);
    expect(await instances()).toHaveLength(3);
    expect(await next.provider.describe(cluster.uid)).toHaveLength(3);
  });

  test('machines of another launch are not taken over (B19)', async () => {
    paper = await openOld();
    await paper.provider.launch(launchRequest({ ordinals: [1, 2] }), noSecrets);
    const other = await paper.provider.launch(launchRequest({ ordinals: [3] }), noSecrets);
    expect(other.map(({ ordinal }) => ordinal)).toEqual([3]);
    expect(await instances()).toHaveLength(3);
  });
});
