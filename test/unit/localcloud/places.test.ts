import {
  AllocateAddressCommand,
  AssociateAddressCommand,
  DescribeAddressesCommand,
  DescribeAvailabilityZonesCommand,
  DescribeImagesCommand,
  DescribeRegionsCommand,
  DescribeSubnetsCommand,
  DescribeVpcsCommand,
  ReleaseAddressCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import { describe, expect, test } from 'vitest';
import { launchOf, paperClouds } from './paper-cloud.ts';

const open = paperClouds();

describe.skipIf(process.platform !== 'linux')('the places of the local cloud', () => {
  test('are one region with three zones, one network and a subnet in each zone', async () => {
    const { client } = open();
    const { Regions = [] } = await client.send(new DescribeRegionsCommand({}));
    expect(Regions.map(({ RegionName }) => RegionName)).toEqual(['local-1']);
    const { AvailabilityZones = [] } = await client.send(new DescribeAvailabilityZonesCommand({}));
    expect(AvailabilityZones.map(({ ZoneName }) => ZoneName)).toEqual([
      'local-1a',
      'local-1b',
      'local-1c',
    ]);
    const { Vpcs = [] } = await client.send(
      new DescribeVpcsCommand({ Filters: [{ Name: 'is-default', Values: ['true'] }] }),
    );
    const { Subnets = [] } = await client.send(
      new DescribeSubnetsCommand({ Filters: [{ Name: 'vpc-id', Values: [Vpcs[0]?.VpcId ?? ''] }] }),
    );
    expect(Subnets.map(({ AvailabilityZone }) => AvailabilityZone)).toEqual([
      'local-1a',
      'local-1b',
      'local-1c',
    ]);
  });

  test('a machine has an address of the subnet that it was launched into', async () => {
    const { client } = open();
    const subnets = async () => (await client.send(new DescribeSubnetsCommand({}))).Subnets ?? [];
    const SubnetId = (await subnets())[2]?.SubnetId ?? '';
    const { Instances = [] } = await client.send(launchOf({ SubnetId }));
    expect(Instances[0]).toMatchObject({ SubnetId, Placement: { AvailabilityZone: 'local-1c' } });
    const cidr = (await subnets())[2]?.CidrBlock?.split('.').slice(0, 2).join('.');
    expect(Instances[0]?.PrivateIpAddress?.startsWith(`${cidr}.`)).toBe(true);
    await expect(
      client.send(launchOf({ SubnetId, Placement: { AvailabilityZone: 'local-1a' } })),
    ).rejects.toMatchObject({ name: 'InvalidParameterValue' });
  });

  test('addresses can be had, given to a machine, and given back once it is gone', async () => {
    const { client } = open();
    const { AllocationId, PublicIp } = await client.send(new AllocateAddressCommand({}));
    const { Instances = [] } = await client.send(launchOf());
    const InstanceId = Instances[0]?.InstanceId ?? '';
    await client.send(new AssociateAddressCommand({ AllocationId, InstanceId }));
    const give = () => client.send(new ReleaseAddressCommand({ AllocationId }));
    await expect(give()).rejects.toMatchObject({ name: 'InvalidIPAddress.InUse' });
    await client.send(new TerminateInstancesCommand({ InstanceIds: [InstanceId] }));
    const addresses = async () =>
      (await client.send(new DescribeAddressesCommand({}))).Addresses ?? [];
    expect((await addresses())[0]).toEqual({ AllocationId, PublicIp, Domain: 'vpc', Tags: [] });
    const again = client.send(new AssociateAddressCommand({ AllocationId, InstanceId }));
    await expect(again).rejects.toMatchObject({ name: 'IncorrectInstanceState' });
    await give();
    expect(await addresses()).toEqual([]);
  });

  test('images are found by owner, pattern and age', async () => {
    const { client } = open();
    const find = async (owner: string, name: string) => {
      const { Images = [] } = await client.send(
        new DescribeImagesCommand({ Owners: [owner], Filters: [{ Name: 'name', Values: [name] }] }),
      );
      return Images.sort((a, b) => (a.CreationDate ?? '').localeCompare(b.CreationDate ?? '')).map(
        ({ Name }) => Name,
      );
    };
    expect(await find('amazon', 'debian-*')).toEqual(['debian-12', 'debian-13']);
    expect(await find('136693071363', 'debian-12*')).toEqual(['debian-12']);
    expect(await find('self', 'debian-*')).toEqual([]);
  });

  test('who calls is an account of twelve digits, which owns what it launched', async () => {
    const { cloud, client } = open();
    const { body } = await cloud.call('Action=GetCallerIdentity&Version=2011-06-15');
    const [, number] = /<Account>(\d{12})<\/Account>/.exec(body) ?? [];
    expect(body).toContain(
      '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">',
    );
    expect(body).toContain(`<Arn>arn:aws:iam::${number}:user/deployer</Arn>`);
    expect((await client.send(launchOf())).OwnerId).toBe(number);
  });
});
