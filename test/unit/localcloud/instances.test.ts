import {
  CancelSpotInstanceRequestsCommand,
  DeleteVolumeCommand,
  DescribeInstanceAttributeCommand,
  DescribeInstanceStatusCommand,
  DescribeInstancesCommand,
  DescribeSpotInstanceRequestsCommand,
  DescribeVolumesCommand,
  type EC2Client,
  ModifyInstanceAttributeCommand,
  paginateDescribeInstances,
  StartInstancesCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import { describe, expect, test } from 'vitest';
import { launchOf, paperClouds } from './paper-cloud.ts';

const open = paperClouds();

async function launched(client: EC2Client, more: Parameters<typeof launchOf>[0] = {}) {
  const { Instances = [] } = await client.send(launchOf(more));
  return Instances.map(({ InstanceId = '' }) => InstanceId);
}

async function described(client: EC2Client, InstanceIds: string[] = []) {
  const { Reservations = [] } = await client.send(new DescribeInstancesCommand({ InstanceIds }));
  return Reservations.flatMap(({ Instances = [] }) => Instances);
}

const stateNames = async (client: EC2Client) =>
  (await described(client)).map(({ State }) => State?.Name);

describe.skipIf(process.platform !== 'linux')('machines on paper', () => {
  test('go through EC2’s states in their own time', async () => {
    const { client, pass } = open();
    const InstanceIds = await launched(client);
    expect(await stateNames(client)).toEqual(['pending']);
    pass(1000);
    expect(await stateNames(client)).toEqual(['running']);
    await client.send(new StopInstancesCommand({ InstanceIds }));
    expect(await stateNames(client)).toEqual(['stopping']);
    pass(500);
    expect(await stateNames(client)).toEqual(['stopped']);
    await client.send(new StartInstancesCommand({ InstanceIds }));
    expect(await stateNames(client)).toEqual(['pending']);
    pass(1000);
    await client.send(new TerminateInstancesCommand({ InstanceIds }));
    expect(await stateNames(client)).toEqual(['shutting-down']);
    pass(500);
    expect(await stateNames(client)).toEqual(['terminated']);
    pass(3_600_001);
    expect(await stateNames(client)).toEqual([]);
  });

  test('are launched a thousand at once, have addresses of their own and are paged through', async () => {
    const { client, calls } = open();
    expect(await launched(client, { MinCount: 1000, MaxCount: 1000 })).toHaveLength(1000);
    const addresses: (string | undefined)[] = [];
    for await (const { Reservations = [] } of paginateDescribeInstances(
      { client, pageSize: 300 },
      {},
    )) {
      for (const { Instances = [] } of Reservations) {
        addresses.push(...Instances.map(({ PrivateIpAddress }) => PrivateIpAddress));
      }
    }
    expect(new Set(addresses).size).toBe(1000);
    expect(calls.map(({ action }) => action)).toEqual([
      'RunInstances',
      ...Array.from({ length: 4 }, () => 'DescribeInstances'),
    ]);
  }, 30_000);

  test('pass their status checks some time after they run, and those that do not run have none', async () => {
    const { client, pass } = open();
    await launched(client);
    const status = async () => {
      const { InstanceStatuses = [] } = await client.send(
        new DescribeInstanceStatusCommand({ IncludeAllInstances: true }),
      );
      return InstanceStatuses.map(({ InstanceStatus }) => InstanceStatus?.Status);
    };
    expect(await status()).toEqual(['not-applicable']);
    pass(1000);
    expect(await status()).toEqual(['initializing']);
    pass(1000);
    expect(await status()).toEqual(['ok']);
  });
});

describe.skipIf(process.platform !== 'linux')('what a launch says', () => {
  test('is described: market, metadata options, profile, zone, volumes and tags', async () => {
    const { client } = open();
    const [id = ''] = await launched(client, {
      Placement: { AvailabilityZone: 'local-1b' },
      InstanceMarketOptions: { MarketType: 'spot' },
      MetadataOptions: { HttpTokens: 'required', HttpPutResponseHopLimit: 2 },
      IamInstanceProfile: { Name: 'nodes' },
      BlockDeviceMappings: [
        { DeviceName: '/dev/sda1', Ebs: { VolumeSize: 20 } },
        {
          DeviceName: '/dev/sdf',
          Ebs: { VolumeSize: 100, VolumeType: 'gp2', DeleteOnTermination: false },
        },
      ],
      TagSpecifications: [
        { ResourceType: 'instance', Tags: [{ Key: 'a', Value: '1' }] },
        { ResourceType: 'volume', Tags: [{ Key: 'b', Value: '2' }] },
      ],
    });
    const [machine] = await described(client, [id]);
    expect(machine).toMatchObject({
      InstanceLifecycle: 'spot',
      SpotInstanceRequestId: expect.stringMatching(/^sir-/),
      Placement: { AvailabilityZone: 'local-1b' },
      MetadataOptions: { HttpTokens: 'required', HttpPutResponseHopLimit: 2, State: 'applied' },
      IamInstanceProfile: {
        Arn: expect.stringMatching(/^arn:aws:iam::\d{12}:instance-profile\/nodes$/),
      },
      Tags: [{ Key: 'a', Value: '1' }],
    });
    expect(machine?.BlockDeviceMappings?.map(({ DeviceName }) => DeviceName)).toEqual([
      '/dev/sda1',
      '/dev/sdf',
    ]);
    const { Volumes = [] } = await client.send(
      new DescribeVolumesCommand({ Filters: [{ Name: 'attachment.instance-id', Values: [id] }] }),
    );
    expect(
      Volumes.map(({ Size, VolumeType, State, Tags }) => [Size, VolumeType, State, Tags]),
    ).toEqual([
      [20, 'gp3', 'in-use', [{ Key: 'b', Value: '2' }]],
      [100, 'gp2', 'in-use', [{ Key: 'b', Value: '2' }]],
    ]);
  });

  test('is refused where it names what is not there', async () => {
    const { client } = open();
    const code = (more: Parameters<typeof launchOf>[0]) =>
      client.send(launchOf(more)).then(
        () => 'launched',
        (error: Error) => error.name,
      );
    expect(
      await Promise.all([
        code({ SubnetId: 'subnet-00000000' }),
        code({ SecurityGroupIds: ['sg-00000000'] }),
        code({ SecurityGroups: ['none'] }),
        code({ Placement: { AvailabilityZone: 'eu-west-1a' } }),
        code({ KeyName: 'none' }),
        code({ LaunchTemplate: { LaunchTemplateName: 'x' } }),
        code({ DryRun: true }),
        client
          .send(new DescribeInstancesCommand({ InstanceIds: ['i-00000000'], MaxResults: 5 }))
          .catch(({ name }) => name),
      ]),
    ).toEqual([
      'InvalidSubnetID.NotFound',
      'InvalidGroup.NotFound',
      'InvalidGroup.NotFound',
      'InvalidParameterValue',
      'InvalidKeyPair.NotFound',
      'UnknownParameter',
      'DryRunOperation',
      'InvalidParameterCombination',
    ]);
    expect(await described(client)).toEqual([]);
  });
});

describe.skipIf(process.platform !== 'linux')('what belongs to a machine', () => {
  test('volumes made for it go with it, others stay and can be deleted then', async () => {
    const { client } = open();
    const InstanceIds = await launched(client, {
      BlockDeviceMappings: [
        { DeviceName: '/dev/sdf', Ebs: { VolumeSize: 1, DeleteOnTermination: false } },
      ],
    });
    const volumes = async () => (await client.send(new DescribeVolumesCommand({}))).Volumes ?? [];
    const VolumeId = (await volumes()).find(({ Size }) => Size === 1)?.VolumeId;
    const remove = () => client.send(new DeleteVolumeCommand({ VolumeId }));
    await expect(remove()).rejects.toMatchObject({ name: 'VolumeInUse' });
    await client.send(new TerminateInstancesCommand({ InstanceIds }));
    expect((await volumes()).map(({ State }) => State)).toEqual(['available']);
    await remove();
    expect(await volumes()).toEqual([]);
    await expect(remove()).rejects.toMatchObject({ name: 'InvalidVolume.NotFound' });
  });

  test('a protected machine is neither ended nor stopped until the protection is taken off', async () => {
    const { client } = open();
    const [free = ''] = await launched(client);
    const [id = ''] = await launched(client, { DisableApiTermination: true, DisableApiStop: true });
    const end = () => client.send(new TerminateInstancesCommand({ InstanceIds: [free, id] }));
    await expect(end()).rejects.toMatchObject({ name: 'OperationNotPermitted' });
    await expect(
      client.send(new StopInstancesCommand({ InstanceIds: [id] })),
    ).rejects.toMatchObject({ name: 'OperationNotPermitted' });
    const ask = { InstanceId: id, Attribute: 'disableApiTermination' } as const;
    const isProtected = async () =>
      (await client.send(new DescribeInstanceAttributeCommand(ask))).DisableApiTermination?.Value;
    expect([await isProtected(), await stateNames(client)]).toEqual([true, ['pending', 'pending']]);
    await client.send(
      new ModifyInstanceAttributeCommand({
        InstanceId: id,
        DisableApiTermination: { Value: false },
      }),
    );
    expect(await isProtected()).toBe(false);
    expect((await end()).TerminatingInstances).toHaveLength(2);
  });

  test('a spot request can be cancelled under its machine, which cannot be stopped', async () => {
    const { client, pass } = open();
    const InstanceIds = await launched(client, { InstanceMarketOptions: { MarketType: 'spot' } });
    pass(1000);
    const requests = async () =>
      (await client.send(new DescribeSpotInstanceRequestsCommand({}))).SpotInstanceRequests ?? [];
    const [request] = await requests();
    expect(request).toMatchObject({
      State: 'active',
      InstanceId: InstanceIds[0],
      Status: { Code: 'fulfilled' },
    });
    await client.send(
      new CancelSpotInstanceRequestsCommand({
        SpotInstanceRequestIds: [request?.SpotInstanceRequestId ?? ''],
      }),
    );
    expect((await requests()).map(({ State }) => State)).toEqual(['cancelled']);
    expect(await stateNames(client)).toEqual(['running']);
    await expect(client.send(new StopInstancesCommand({ InstanceIds }))).rejects.toMatchObject({
      name: 'UnsupportedOperation',
    });
  });
});
