import { afterEach, beforeEach, expect, test } from 'vitest';
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
let groupIds: readonly string[];

const wish = { groupIds: [], subnetIds: [], sshFrom: [], clientsFrom: [], clientPorts: [] };

async function prepare(opened: PaperEc2): Promise<void> {
  paper = opened;
  await paper.provider.importKey(cluster, keyName, publicKey);
  ({ groupIds } = await paper.provider.openNetwork(cluster, wish));
}

beforeEach(async () => prepare(await openPaperEc2()));

afterEach(() => paper.remove());

function launch(more: Parameters<typeof launchRequest>[0] = {}) {
  return paper.provider.launch(launchRequest({ groupIds, ...more }), noSecrets);
}

async function endAll(): Promise<void> {
  const machines = await paper.provider.describe(cluster.uid);
  await paper.provider.terminate(machines.map(({ id }) => id));
}

/** What the cloud's own record holds of the cluster. */
async function left() {
  const { instances, keyPairs, securityGroups, volumes } = await paper.cloud.host.store.read();
  return {
    living: instances.filter(({ want }) => want !== 'terminated').length,
    keys: keyPairs.length,
    groups: securityGroups.filter(({ name }) => name !== 'default').length,
    volumes: volumes.length,
  };
}

const nothing = { living: 0, keys: 0, groups: 0, volumes: 0 };

test('nothing of a cluster is left after its machines ended and the sweep went (B17)', async () => {
  await launch({ disks: [{ device: '/dev/sdf', gib: 8, type: null, encrypted: null }] });
  await endAll();
  expect(await paper.provider.sweep(cluster.uid)).toEqual([]);
  expect(await left()).toEqual(nothing);
});

test('a sweep of what was never made finds nothing, and may be repeated (B17)', async () => {
  expect(await paper.provider.sweep('ffffffff-0000-4000-8000-000000000000')).toEqual([]);
  await paper.provider.sweep(cluster.uid);
  expect(await paper.provider.sweep(cluster.uid)).toEqual([]);
});

test("other clusters' things stay", async () => {
  const other = { uid: '99999999-0000-4000-8000-000000000000', name: 'other' };
  await paper.provider.openNetwork(other, wish);
  await paper.provider.sweep(cluster.uid);
  expect(await left()).toMatchObject({ groups: 1 });
});

test('a machine that runs is left behind, with its group and the key that it is found by (B17)', async () => {
  const [machine] = await launch({ ordinals: [1] });
  const leftovers = await paper.provider.sweep(cluster.uid);
  expect(leftovers).toContainEqual({ kind: 'instance', id: machine?.id, state: 'pending' });
  expect(leftovers.map(({ kind }) => kind)).toContain('key-pair');
  expect(await left()).toMatchObject({ living: 1, keys: 1, groups: 1 });
});

test('a group waits for the end of its machines (B15)', async () => {
  await launch();
  await endAll();
  const actions = paper.takeActions();
  expect(actions).not.toContain('DeleteSecurityGroup');
  expect(await paper.provider.sweep(cluster.uid)).toEqual([]);
  expect(paper.takeActions()).toContain('DeleteSecurityGroup');
});

test('rules of other groups that refer to the group are taken off, and nothing else of them (B15)', async () => {
  const { sdk, client } = paper.api;
  const made = await client.send(
    new sdk.CreateSecurityGroupCommand({ GroupName: 'theirs', Description: 'theirs' }),
  );
  const permission = {
    ...{ IpProtocol: 'tcp', FromPort: 80, ToPort: 80 },
    UserIdGroupPairs: [{ GroupId: groupIds[0] }],
    IpRanges: [{ CidrIp: '192.0.2.0/24' }],
  };
  await client.send(
    new sdk.AuthorizeSecurityGroupIngressCommand({
      GroupId: made.GroupId,
      IpPermissions: [permission],
    }),
  );
  expect(await paper.provider.sweep(cluster.uid)).toEqual([]);
  const { securityGroups } = await paper.cloud.host.store.read();
  const theirs = securityGroups.find(({ name }) => name === 'theirs');
  expect(theirs?.rules.filter(({ isEgress }) => !isEgress)).toMatchObject([
    { cidrIpv4: '192.0.2.0/24' },
  ]);
});

test('a group that something else holds is given up after a while, and the interface is named (B15)', async () => {
  const { sdk, client } = paper.api;
  const foreign = launchRequest();
  await client.send(
    new sdk.RunInstancesCommand({
      ...{ ImageId: foreign.imageId, InstanceType: 't3.small', MinCount: 1, MaxCount: 1 },
      SecurityGroupIds: [...groupIds],
    }),
  );
  const [leftover, ...others] = await paper.provider.sweep(cluster.uid);
  expect(others).toEqual([]);
  expect(leftover).toMatchObject({ kind: 'security-group', id: groupIds[0] });
  expect(leftover?.state).toMatch(/held by eni-\w+/);
});

test('what was launched and never tagged is ended by the sweep (B17, B19)', async () => {
  paper.remove();
  await prepare(await openPaperEc2('eucalyptus', least));
  await paper.misbehave('drop-reply:RunInstances:1');
  await launch().catch(() => undefined);
  const next = await paper.reopened();
  expect(await next.provider.discover(cluster.name)).toEqual([cluster.uid]);
  expect(await next.provider.sweep(cluster.uid)).toEqual([]);
  expect(await left()).toEqual(nothing);
});

test('a machine whose tags were all taken off is found by its key and ended (B10)', async () => {
  const [machine] = await launch({ ordinals: [1] });
  const { sdk, client } = paper.api;
  await client.send(new sdk.DeleteTagsCommand({ Resources: [machine?.id ?? ''] }));
  const next = await paper.reopened();
  expect(await next.provider.describe(cluster.uid)).toEqual([]);
  expect(await next.provider.sweep(cluster.uid)).toEqual([]);
  expect(await left()).toEqual(nothing);
});

test('a machine that lost its place is told by name, and removed by the sweep (B10)', async () => {
  const [machine] = await launch({ ordinals: [1] });
  const { sdk, client } = paper.api;
  const tags = [{ Key: 'deployer:ordinals' }, { Key: 'deployer:ordinal' }];
  await client.send(new sdk.DeleteTagsCommand({ Resources: [machine?.id ?? ''], Tags: tags }));
  await expect((await paper.reopened()).provider.describe(cluster.uid)).rejects.toMatchObject({
    code: 'foreign-machine',
    message: expect.stringContaining(machine?.id ?? ''),
  });
  expect(await paper.provider.sweep(cluster.uid)).toEqual([]);
  expect(await (await paper.reopened()).provider.describe(cluster.uid)).toEqual([]);
});

test.each(['DeleteSecurityGroup', 'DeleteKeyPair'])(
  'a sweep that is cut off after %s goes on where it was (B17)',
  async (action) => {
    await paper.misbehave(`drop-reply:${action}:6`);
    await paper.provider.sweep(cluster.uid).catch(() => undefined);
    await paper.misbehave();
    expect(await (await paper.reopened()).provider.sweep(cluster.uid)).toEqual([]);
    expect(await left()).toEqual(nothing);
  },
);

test('everything that carries our tags is told with its cluster and age (B18)', async () => {
  await launch({ ordinals: [1] });
  const owned = await paper.provider.owned();
  expect(new Set(owned.map(({ kind }) => kind))).toEqual(
    new Set(['instance', 'security-group', 'key-pair', 'volume']),
  );
  expect(owned.every((each) => each.cluster.name === cluster.name)).toBe(true);
  const machine = owned.find(({ kind }) => kind === 'instance');
  expect(machine?.createdAtMs).toBe(paper.clock.now());
});

test('a protected machine is not ended until the protection is lifted (B16)', async () => {
  const [machine] = await launch({ ordinals: [1], protect: true });
  const ids = [machine?.id ?? ''];
  await expect(paper.provider.terminate(ids)).rejects.toMatchObject({
    code: 'OperationNotPermitted',
    hint: expect.stringContaining('--force-unprotect'),
  });
  expect(await paper.provider.protectedAmong([...ids, 'i-00000000000000001'])).toEqual(ids);
  await paper.provider.unprotect(ids);
  expect(await paper.provider.protectedAmong(ids)).toEqual([]);
  await paper.provider.terminate(ids);
  expect(await left()).toMatchObject({ living: 0 });
});

test('a spot machine’s request is cancelled with it (B17)', async () => {
  const pool = { instanceType: 't3.small', zone: null, market: 'spot' } as const;
  await launch({ ordinals: [1], pool });
  await endAll();
  expect(await paper.provider.sweep(cluster.uid)).toEqual([]);
});
