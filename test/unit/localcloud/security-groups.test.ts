import {
  AuthorizeSecurityGroupIngressCommand,
  CreateSecurityGroupCommand,
  CreateTagsCommand,
  DeleteSecurityGroupCommand,
  DescribeNetworkInterfacesCommand,
  DescribeSecurityGroupRulesCommand,
  DescribeSecurityGroupsCommand,
  type EC2Client,
  type IpPermission,
  ModifyInstanceAttributeCommand,
  RevokeSecurityGroupEgressCommand,
  RevokeSecurityGroupIngressCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import { describe, expect, test } from 'vitest';
import { deleteSecurityGroup } from '../../../src/localcloud/actions/security-groups.ts';
import { personalities } from '../../../src/localcloud/personality.ts';
import { launchOf, paperClouds } from './paper-cloud.ts';

const open = paperClouds();
const ssh: IpPermission = { IpProtocol: 'tcp', FromPort: 22, ToPort: 22 };

async function made(client: EC2Client, GroupName: string): Promise<string> {
  const { GroupId = '' } = await client.send(
    new CreateSecurityGroupCommand({ GroupName, Description: `the group ${GroupName}` }),
  );
  return GroupId;
}

async function groupNamed(client: EC2Client, name: string) {
  const { SecurityGroups = [] } = await client.send(
    new DescribeSecurityGroupsCommand({ Filters: [{ Name: 'group-name', Values: [name] }] }),
  );
  return SecurityGroups[0];
}

const allow = (client: EC2Client, GroupId: string, ...IpPermissions: IpPermission[]) =>
  client.send(new AuthorizeSecurityGroupIngressCommand({ GroupId, IpPermissions }));
const revoke = (client: EC2Client, GroupId: string, ...IpPermissions: IpPermission[]) =>
  client.send(new RevokeSecurityGroupIngressCommand({ GroupId, IpPermissions }));
const remove = (client: EC2Client, GroupId: string) =>
  client.send(new DeleteSecurityGroupCommand({ GroupId }));

describe.skipIf(process.platform !== 'linux')('security groups', () => {
  test('every account has a default one, which machines are in that name none, and which stays', async () => {
    const { client, as } = open();
    const group = await groupNamed(client, 'default');
    const { Instances = [] } = await client.send(launchOf());
    expect(Instances[0]?.SecurityGroups).toEqual([
      { GroupId: group?.GroupId, GroupName: 'default' },
    ]);
    await expect(remove(client, group?.GroupId ?? '')).rejects.toMatchObject({
      name: 'CannotDelete',
    });
    expect((await groupNamed(as('AKOTHER'), 'default'))?.GroupId).not.toBe(group?.GroupId);
  });

  test('the default one is tagged, and given to machines again, by its id', async () => {
    const { client } = open();
    const GroupId = (await groupNamed(client, 'default'))?.GroupId ?? '';
    const id = await made(client, 'one');
    const { Instances = [] } = await client.send(launchOf({ SecurityGroupIds: [id] }));
    const InstanceId = Instances[0]?.InstanceId ?? '';
    const change = { InstanceId, Groups: [GroupId] };
    await client.send(new ModifyInstanceAttributeCommand(change));
    await expect(remove(client, id)).resolves.toBeDefined();
    const Tags = [{ Key: 'team', Value: 'blue' }];
    await client.send(new CreateTagsCommand({ Resources: [GroupId, GroupId], Tags }));
    await client.send(new CreateTagsCommand({ Resources: [GroupId], Tags }));
    expect(await groupNamed(client, 'default')).toMatchObject({ GroupId, Tags });
    const { SecurityGroups } = await client.send(new DescribeSecurityGroupsCommand({}));
    expect(SecurityGroups).toHaveLength(1);
  });

  test('a machine that comes into one while it is being deleted keeps it', async () => {
    const { cloud, client } = open();
    const id = await made(client, 'one');
    const { machines } = cloud;
    const observe = machines.observe.bind(machines);
    const late = {
      ...machines,
      observe: async (instances: Parameters<typeof observe>[0]) => {
        const seen = await observe(instances);
        await client.send(launchOf({ SecurityGroupIds: [id] }));
        return seen;
      },
    };
    const deleting = deleteSecurityGroup({
      ...{ host: cloud.host, machines: late, account: cloud.account, misdeeds: [] },
      ...{ nowMs: cloud.host.clock.now(), personality: personalities.aws },
      params: new Map([['GroupId', id]]),
    });
    await expect(deleting).rejects.toMatchObject({ code: 'DependencyViolation' });
    expect((await groupNamed(client, 'one'))?.GroupId).toBe(id);
  });

  test('rules of every source are added once, shown together and by themselves, and taken off', async () => {
    const { client } = open();
    const id = await made(client, 'one');
    const sources = {
      IpRanges: [{ CidrIp: '10.0.0.0/8', Description: 'inside' }],
      Ipv6Ranges: [{ CidrIpv6: 'fd00::/8' }],
      UserIdGroupPairs: [{ GroupId: id }],
    };
    const { SecurityGroupRules = [] } = await allow(client, id, { ...ssh, ...sources });
    expect(SecurityGroupRules).toHaveLength(3);
    await expect(
      allow(client, id, { ...ssh, IpRanges: [{ CidrIp: '10.0.0.0/8' }] }),
    ).rejects.toMatchObject({ name: 'InvalidPermission.Duplicate' });
    expect((await groupNamed(client, 'one'))?.IpPermissions).toMatchObject([
      { ...ssh, ...sources },
    ]);
    await revoke(client, id, { ...ssh, Ipv6Ranges: sources.Ipv6Ranges });
    await expect(
      revoke(client, id, { ...ssh, Ipv6Ranges: sources.Ipv6Ranges }),
    ).rejects.toMatchObject({ name: 'InvalidPermission.NotFound' });
    const rules = async () => {
      const Filters = [{ Name: 'group-id', Values: [id] }];
      const shown = await client.send(new DescribeSecurityGroupRulesCommand({ Filters }));
      return shown.SecurityGroupRules ?? [];
    };
    const egress = (await rules()).find(({ IsEgress }) => IsEgress)?.SecurityGroupRuleId ?? '';
    await client.send(
      new RevokeSecurityGroupEgressCommand({ GroupId: id, SecurityGroupRuleIds: [egress] }),
    );
    expect(
      (await rules()).map(
        ({ CidrIpv4, ReferencedGroupInfo }) => CidrIpv4 ?? ReferencedGroupInfo?.GroupId,
      ),
    ).toEqual(['10.0.0.0/8', id]);
  });

  test.each([
    ['InvalidParameterValue', { ...ssh, IpRanges: [{ CidrIp: '10.0.0.0' }] }],
    ['InvalidParameterValue', { ...ssh, IpRanges: [{ CidrIp: '10.0.0.0/33' }] }],
    ['InvalidParameterValue', { ...ssh, FromPort: 23, IpRanges: [{ CidrIp: '0.0.0.0/0' }] }],
    ['InvalidGroup.NotFound', { ...ssh, UserIdGroupPairs: [{ GroupId: 'sg-12345678' }] }],
    ['MissingParameter', ssh],
    ['MissingParameter', { IpProtocol: 'tcp', IpRanges: [{ CidrIp: '0.0.0.0/0' }] }],
  ])('answer %s to the rule %j, and none of the request is done', async (name, wrong) => {
    const { client } = open();
    const id = await made(client, 'one');
    const right = { ...ssh, IpRanges: [{ CidrIp: '192.0.2.0/24' }] };
    if (wrong !== ssh)
      await expect(allow(client, id, right, wrong)).rejects.toMatchObject({ name });
    else await expect(allow(client, id, wrong)).rejects.toMatchObject({ name });
    expect((await groupNamed(client, 'one'))?.IpPermissions).toEqual([]);
  });

  test('cannot be deleted before the last machine in them is gone, which its interface names', async () => {
    const { client, pass } = open();
    const id = await made(client, 'one');
    const { Instances = [] } = await client.send(launchOf({ SecurityGroupIds: [id] }));
    const InstanceIds = Instances.map(({ InstanceId = '' }) => InstanceId);
    pass(1000);
    await client.send(new TerminateInstancesCommand({ InstanceIds }));
    await expect(remove(client, id)).rejects.toMatchObject({ name: 'DependencyViolation' });
    const holders = async () => {
      const Filters = [{ Name: 'group-id', Values: [id] }];
      const shown = await client.send(new DescribeNetworkInterfacesCommand({ Filters }));
      return (shown.NetworkInterfaces ?? []).map(({ Attachment }) => Attachment?.InstanceId);
    };
    expect(await holders()).toEqual(InstanceIds);
    pass(500);
    expect(await holders()).toEqual([]);
    await remove(client, id);
    await expect(remove(client, id)).rejects.toMatchObject({ name: 'InvalidGroup.NotFound' });
  });

  test('cannot be deleted while another one refers to them', async () => {
    const { client } = open();
    const [one, two] = [await made(client, 'one'), await made(client, 'two')];
    const refer = { ...ssh, UserIdGroupPairs: [{ GroupId: one }] };
    await allow(client, two, refer);
    await allow(client, one, { ...ssh, UserIdGroupPairs: [{ GroupId: one }] });
    await expect(remove(client, one)).rejects.toMatchObject({ name: 'DependencyViolation' });
    await revoke(client, two, refer);
    await remove(client, one);
    await expect(made(client, 'two')).rejects.toMatchObject({ name: 'InvalidGroup.Duplicate' });
  });
});
