import { afterEach, beforeEach, expect, test } from 'vitest';
import { least } from '../../../../src/providers/ec2/capabilities.ts';
import type { NetworkWish } from '../../../../src/providers/provider.ts';
import { cluster, openPaperEc2, type PaperEc2 } from '../../../support/paper-ec2.ts';

let paper: PaperEc2;

beforeEach(async () => {
  paper = await openPaperEc2();
});

afterEach(() => paper.remove());

function wish(more: Partial<NetworkWish> = {}): NetworkWish {
  return {
    ...{ groupIds: [], subnetIds: [], sshFrom: ['198.51.100.7/32'] },
    ...{ clientsFrom: [], clientPorts: [], ...more },
  };
}

/** What the cluster's group lets in, in words. */
async function rules(): Promise<readonly string[]> {
  const { securityGroups } = await paper.cloud.host.store.read();
  const own = securityGroups.find(({ name }) => name === 'deployer-hello-test-0123abcd');
  return (own?.rules ?? [])
    .filter(({ isEgress }) => !isEgress)
    .map(({ protocol, fromPort, cidrIpv4, cidrIpv6, groupId }) =>
      [protocol, fromPort, cidrIpv4 ?? cidrIpv6 ?? (groupId === own?.id ? 'itself' : groupId)]
        .filter((word) => word !== undefined)
        .join(' '),
    )
    .sort();
}

test('a cluster has a group of its own: SSH from where it is wished, and everything among its machines', async () => {
  const { groupIds, subnets } = await paper.provider.openNetwork(cluster, wish());
  expect(groupIds).toHaveLength(1);
  expect(subnets).toEqual([]);
  expect(await rules()).toEqual(['-1 itself', 'tcp 22 198.51.100.7/32']);
  const { securityGroups } = await paper.cloud.host.store.read();
  expect(securityGroups.find(({ id }) => id === groupIds[0])?.tags).toContainEqual({
    key: 'deployer:uid',
    value: cluster.uid,
  });
});

test('what is already as wished is left alone', async () => {
  const first = await paper.provider.openNetwork(cluster, wish());
  paper.takeActions();
  expect(await paper.provider.openNetwork(cluster, wish())).toEqual(first);
  expect(paper.takeActions().filter((action) => !action.startsWith('Describe'))).toEqual([]);
});

test('the rules of an existing group become what is wished now', async () => {
  await paper.provider.openNetwork(cluster, wish());
  const later = wish({
    sshFrom: ['203.0.113.9/24', '2001:DB8:0::/64'],
    clientsFrom: ['10.0.0.0/8'],
    clientPorts: [{ port: 2181, protocol: 'tcp' }],
  });
  await paper.provider.openNetwork(cluster, later);
  const expected = [
    '-1 itself',
    'tcp 2181 10.0.0.0/8',
    'tcp 22 2001:db8::/64',
    'tcp 22 203.0.113.0/24',
  ];
  expect(await rules()).toEqual(expected);
  paper.takeActions();
  await paper.provider.openNetwork(cluster, later);
  expect(await rules()).toEqual(expected);
  expect(paper.takeActions()).not.toContain('AuthorizeSecurityGroupIngress');
});

test("somebody else's rule stays", async () => {
  const { groupIds } = await paper.provider.openNetwork(cluster, wish());
  const { sdk, client } = paper.api;
  const theirs = {
    IpProtocol: 'tcp',
    FromPort: 443,
    ToPort: 443,
    IpRanges: [{ CidrIp: '192.0.2.0/24', Description: 'the monitoring' }],
  };
  await client.send(
    new sdk.AuthorizeSecurityGroupIngressCommand({ GroupId: groupIds[0], IpPermissions: [theirs] }),
  );
  await paper.provider.openNetwork(cluster, wish({ sshFrom: [] }));
  expect(await rules()).toEqual(['-1 itself', 'tcp 443 192.0.2.0/24']);
});

test('groups that exist are used as they are', async () => {
  const { groupIds } = await paper.provider.openNetwork(cluster, wish({ groupIds: ['sg-given'] }));
  expect(groupIds).toEqual(['sg-given']);
  expect(paper.calls).toEqual([]);
});

test('subnets are told with their zones', async () => {
  const { sdk, client } = paper.api;
  const { Subnets = [] } = await client.send(new sdk.DescribeSubnetsCommand({}));
  const ids = Subnets.map(({ SubnetId }) => SubnetId ?? '');
  const { subnets } = await paper.provider.openNetwork(cluster, wish({ subnetIds: ids }));
  expect(subnets.map(({ zone }) => zone)).toEqual(['local-1a', 'local-1b', 'local-1c']);
  await expect(
    paper.provider.openNetwork(cluster, wish({ subnetIds: ['subnet-00000000000000001'] })),
  ).rejects.toMatchObject({ code: 'unknown-subnet' });
});

test.each(['CreateSecurityGroup', 'AuthorizeSecurityGroupIngress'])(
  'killed after %s was carried out, the next run finishes the same group',
  async (action) => {
    await paper.misbehave(`drop-reply:${action}:1`);
    await paper.provider.openNetwork(cluster, wish());
    const next = await paper.reopened();
    await next.provider.openNetwork(cluster, wish());
    const { securityGroups } = await paper.cloud.host.store.read();
    expect(securityGroups.filter(({ name }) => name.startsWith('deployer-'))).toHaveLength(1);
    expect(await rules()).toEqual(['-1 itself', 'tcp 22 198.51.100.7/32']);
  },
);

test('a group that shows up late is filled once it does (B3)', async () => {
  await paper.misbehave('late:10s');
  await paper.provider.openNetwork(cluster, wish());
  expect(await rules()).toEqual(['-1 itself', 'tcp 22 198.51.100.7/32']);
});

test.each(['eucalyptus', 'openstack'] as const)(
  'on %s the group is tagged afterwards (B19)',
  async (name) => {
    paper.remove();
    paper = await openPaperEc2(name, least);
    await paper.provider.openNetwork(cluster, wish());
    const { securityGroups } = await paper.cloud.host.store.read();
    expect(securityGroups[0]?.tags).toContainEqual({ key: 'deployer:uid', value: cluster.uid });
    expect(await rules()).toEqual(['-1 itself', 'tcp 22 198.51.100.7/32']);
  },
);
