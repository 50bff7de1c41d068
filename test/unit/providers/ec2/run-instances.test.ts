import { expect, test } from 'vitest';
import { complete, least } from '../../../../src/providers/ec2/capabilities.ts';
import { runInstancesInput } from '../../../../src/providers/ec2/run-instances.ts';
import type { LaunchRequest } from '../../../../src/providers/provider.ts';
import { cluster, launchRequest, noSecrets } from '../../../support/paper-ec2.ts';

function inputOf(more: Partial<LaunchRequest>, capabilities = complete) {
  return runInstancesInput(launchRequest(more), noSecrets, '/dev/xvda', capabilities);
}

test('the same request gives the same input, word for word (B2)', () => {
  expect(inputOf({})).toEqual(inputOf({}));
});

test('all machines are wanted, or as many as there are where others can make up for the rest', () => {
  expect(inputOf({})).toMatchObject({ MinCount: 3, MaxCount: 3 });
  expect(inputOf({ atLeastOne: true })).toMatchObject({ MinCount: 1, MaxCount: 3 });
});

test('zone, subnet, groups and role are as the request says', () => {
  const pool = { instanceType: 't3.small', zone: 'local-1b', market: 'on-demand' } as const;
  const input = inputOf({ pool, subnetId: 'subnet-1', groupIds: ['sg-1'], instanceProfile: 'me' });
  expect(input).toMatchObject({
    Placement: { AvailabilityZone: 'local-1b' },
    SubnetId: 'subnet-1',
    SecurityGroupIds: ['sg-1'],
    IamInstanceProfile: { Name: 'me' },
  });
  expect(inputOf({ instanceProfile: 'arn:aws:iam::1:instance-profile/me' })).toMatchObject({
    IamInstanceProfile: { Arn: 'arn:aws:iam::1:instance-profile/me' },
  });
});

test('a wish about the public address takes subnet and groups to the network interface', () => {
  const input = inputOf({ publicAddress: false, subnetId: 'subnet-1', groupIds: ['sg-1'] });
  expect(input).not.toHaveProperty('SubnetId');
  expect(input).not.toHaveProperty('SecurityGroupIds');
  expect(input.NetworkInterfaces).toEqual([
    {
      DeviceIndex: 0,
      AssociatePublicIpAddress: false,
      DeleteOnTermination: true,
      SubnetId: 'subnet-1',
      Groups: ['sg-1'],
    },
  ]);
});

test('disks end with their machine; the root one goes by the name that the image has for it', () => {
  const disks = [
    { device: null, gib: 20, type: 'gp3', encrypted: true },
    { device: '/dev/sdf', gib: 100, type: null, encrypted: null },
  ];
  expect(inputOf({ disks }).BlockDeviceMappings).toEqual([
    {
      DeviceName: '/dev/xvda',
      Ebs: { VolumeSize: 20, VolumeType: 'gp3', Encrypted: true, DeleteOnTermination: true },
    },
    { DeviceName: '/dev/sdf', Ebs: { VolumeSize: 100, DeleteOnTermination: true } },
  ]);
});

test('a machine of the spot market is asked for once, tagged with its request, and never protected', () => {
  const pool = { instanceType: 't3.small', zone: null, market: 'spot' } as const;
  const input = inputOf({ pool, protect: true });
  expect(input.InstanceMarketOptions).toEqual({
    MarketType: 'spot',
    SpotOptions: { SpotInstanceType: 'one-time', InstanceInterruptionBehavior: 'terminate' },
  });
  expect(input).not.toHaveProperty('DisableApiTermination');
  const kinds = input.TagSpecifications?.map(({ ResourceType }) => ResourceType);
  expect(kinds).toEqual(['instance', 'volume', 'spot-instances-request']);
});

test('protection is asked for at launch', () => {
  expect(inputOf({ protect: true })).toMatchObject({ DisableApiTermination: true });
});

test('machines answer about themselves only in the second version’s way, where a cloud knows it', () => {
  expect(inputOf({}).MetadataOptions).toMatchObject({ HttpTokens: 'required' });
  expect(inputOf({}, least)).not.toHaveProperty('MetadataOptions');
});

test('a cloud that cannot tag while it makes is not told to (B19)', () => {
  expect(inputOf({}, least)).not.toHaveProperty('TagSpecifications');
});

test('ordinals that are too long for one tag are in several', () => {
  const ordinals = Array.from({ length: 300 }, (_, index) => index * 2 + 1);
  const tags = inputOf({ ordinals }).TagSpecifications?.[0]?.Tags ?? [];
  const lists = tags.filter(({ Key }) => Key?.startsWith('deployer:ordinals'));
  expect(lists.map(({ Key }) => Key)).toContain('deployer:ordinals:2');
  expect(Math.max(...lists.map(({ Value }) => Value?.length ?? 0))).toBeLessThanOrEqual(256);
  expect(tags).toContainEqual({ Key: 'deployer:uid', Value: cluster.uid });
});

test('groups without ids go by their names', () => {
  expect(inputOf({ groupIds: ['deployer-hello'] })).toMatchObject({
    SecurityGroups: ['deployer-hello'],
  });
});
