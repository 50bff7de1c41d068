import type { SecurityGroup, Subnet } from '@aws-sdk/client-ec2';
import { isAwsEndpoint } from '../../endpoint-kinds.ts';
import { UsageError } from '../../errors.ts';
import type { ClusterRef, Network, NetworkWish } from '../provider.ts';
import { isRefusedWith, isUnknownAction } from './api-error.ts';
import type { Capabilities } from './capabilities.ts';
import type { Ec2Api } from './ec2-api.ts';
import { type GroupRule, permissionOf, ruleChanges, rulesOf, wishedRules } from './group-rules.ts';
import { nameFor } from './marks.ts';
import { clusterTags, tagMap, tagNames } from './tags.ts';
import { onceVisible } from './tolerate.ts';

const noGroup = ['InvalidGroup.NotFound', 'InvalidGroupId.NotFound'];

/** Makes a cluster's security group, unless it is to use existing ones, and finds the subnets. */
export async function openNetwork(
  api: Ec2Api,
  capabilities: Capabilities,
  cluster: ClusterRef,
  wish: NetworkWish,
): Promise<Network> {
  const described = wish.subnetIds.length === 0 ? [] : await describeSubnets(api, wish.subnetIds);
  const subnets = described.map(({ SubnetId = '', AvailabilityZone = '' }) => ({
    ...{ id: SubnetId, zone: AvailabilityZone },
  }));
  if (wish.groupIds.length > 0) return { groupIds: wish.groupIds, subnets };
  const vpcId = vpcOf(described) ?? (await defaultVpc(api));
  const groupId = await ensureGroup(api, capabilities, cluster, vpcId);
  await convergeRules(api, groupId, wish);
  return { groupIds: [groupId], subnets };
}

async function describeSubnets(
  { sdk, client }: Ec2Api,
  ids: readonly string[],
): Promise<readonly Subnet[]> {
  try {
    const answer = await client.send(new sdk.DescribeSubnetsCommand({ SubnetIds: [...ids] }));
    return answer.Subnets ?? [];
  } catch (error) {
    if (!isRefusedWith(error, 'InvalidSubnetID.NotFound')) throw error;
    throw new UsageError('unknown-subnet', `of ${ids.join(', ')} not every one is a subnet here`, {
      hint: "Correct the profile's `network.subnets`.",
    });
  }
}

function vpcOf(subnets: readonly Subnet[]): string | null {
  const vpcs = [...new Set(subnets.flatMap(({ VpcId }) => VpcId ?? []))];
  if (vpcs.length < 2) return vpcs[0] ?? null;
  throw new UsageError(
    'many-networks',
    `the subnets are of ${vpcs.length} networks: ${vpcs.join(', ')}`,
    {
      hint: "Name subnets of one network in the profile's `network.subnets`.",
    },
  );
}

/** The network of whoever names none; null on clouds that have no networks of one's own. */
async function defaultVpc({ sdk, client, access }: Ec2Api): Promise<string | null> {
  const byDefault = [{ Name: 'is-default', Values: ['true'] }];
  try {
    const { Vpcs } = await client.send(new sdk.DescribeVpcsCommand({ Filters: byDefault }));
    const id = Vpcs?.[0]?.VpcId;
    if (id !== undefined) return id;
  } catch (error) {
    if (!isUnknownAction(error)) throw error;
  }
  if (!isAwsEndpoint(access.endpoint)) return null;
  throw new UsageError('no-default-vpc', 'this account has no default network in this region', {
    hint: "Name subnets in the profile's `network.subnets`, or make one: aws ec2 create-default-vpc",
  });
}

async function ensureGroup(
  api: Ec2Api,
  { tagOnCreate }: Capabilities,
  cluster: ClusterRef,
  vpcId: string | null,
): Promise<string> {
  const found = await findGroup(api, cluster, vpcId);
  const id =
    found === undefined ? await createGroup(api, tagOnCreate, cluster, vpcId) : idOf(found);
  const isTagged = found === undefined ? tagOnCreate : tagMap(found.Tags).has(tagNames.uid);
  if (!isTagged && id.startsWith('sg-')) await tagGroup(api, cluster, id);
  return id;
}

function idOf({ GroupId, GroupName }: SecurityGroup): string {
  return GroupId ?? GroupName ?? '';
}

async function findGroup(
  { sdk, client }: Ec2Api,
  cluster: ClusterRef,
  vpcId: string | null,
): Promise<SecurityGroup | undefined> {
  const byName = { Name: 'group-name', Values: [nameFor(cluster)] };
  const byVpc = vpcId === null ? [] : [{ Name: 'vpc-id', Values: [vpcId] }];
  const { SecurityGroups } = await client.send(
    new sdk.DescribeSecurityGroupsCommand({ Filters: [byName, ...byVpc] }),
  );
  return SecurityGroups?.[0];
}

async function createGroup(
  api: Ec2Api,
  tagOnCreate: boolean,
  cluster: ClusterRef,
  vpcId: string | null,
): Promise<string> {
  const { sdk, client } = api;
  const GroupName = nameFor(cluster);
  const tags = [{ ResourceType: 'security-group' as const, Tags: clusterTags(cluster) }];
  try {
    const { GroupId } = await client.send(
      new sdk.CreateSecurityGroupCommand({
        GroupName,
        // EC2 allows few characters here; a name of ours has no others.
        Description: `machines of ${cluster.name}, made by deployer`.slice(0, 255),
        ...(vpcId === null ? {} : { VpcId: vpcId }),
        ...(tagOnCreate ? { TagSpecifications: tags } : {}),
      }),
    );
    return GroupId ?? GroupName;
  } catch (error) {
    if (!isRefusedWith(error, 'InvalidGroup.Duplicate')) throw error;
    // Made by an attempt whose outcome was not seen; the cloud's answers may lag behind it.
    return onceVisible(api, noGroup, async () => {
      const found = await findGroup(api, cluster, vpcId);
      if (found !== undefined) return idOf(found);
      throw error;
    });
  }
}

async function tagGroup(api: Ec2Api, cluster: ClusterRef, id: string): Promise<void> {
  const command = new api.sdk.CreateTagsCommand({ Resources: [id], Tags: clusterTags(cluster) });
  await onceVisible(api, [...noGroup, 'InvalidID'], () => api.client.send(command));
}

async function convergeRules(api: Ec2Api, groupId: string, wish: NetworkWish): Promise<void> {
  const { sdk, client } = api;
  const isId = groupId.startsWith('sg-');
  const named = isId ? { GroupIds: [groupId] } : { GroupNames: [groupId] };
  const group = isId ? { GroupId: groupId } : { GroupName: groupId };
  const { SecurityGroups } = await onceVisible(api, noGroup, () =>
    client.send(new sdk.DescribeSecurityGroupsCommand(named)),
  );
  const present = rulesOf(SecurityGroups?.[0] ?? {});
  const { missing, surplus } = ruleChanges(wishedRules(wish, groupId), present);
  const authorize = (rules: readonly GroupRule[]) =>
    client.send(
      new sdk.AuthorizeSecurityGroupIngressCommand({
        ...group,
        IpPermissions: rules.map(permissionOf),
      }),
    );
  const revoke = (rules: readonly GroupRule[]) =>
    client.send(
      new sdk.RevokeSecurityGroupIngressCommand({
        ...group,
        IpPermissions: rules.map(permissionOf),
      }),
    );
  await allOrEach(missing, 'InvalidPermission.Duplicate', authorize);
  await allOrEach(surplus, 'InvalidPermission.NotFound', revoke);
}

/** One call for all rules; where one of them is as wished already, which refuses the whole call, a call each. */
async function allOrEach(
  rules: readonly GroupRule[],
  alreadySo: string,
  send: (rules: readonly GroupRule[]) => Promise<unknown>,
): Promise<void> {
  if (rules.length === 0) return;
  try {
    await send(rules);
  } catch (error) {
    if (!isRefusedWith(error, alreadySo)) throw error;
    if (rules.length === 1) return;
    for (const rule of rules) await allOrEach([rule], alreadySo, send);
  }
}
