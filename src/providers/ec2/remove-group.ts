import type { IpPermission, SecurityGroup } from '@aws-sdk/client-ec2';
import { isRefusedWith } from './api-error.ts';
import type { Ec2Api } from './ec2-api.ts';
import { finders } from './resources.ts';
import { unlessGone } from './tolerate.ts';

const gone = ['InvalidGroup.NotFound', 'InvalidGroupId.NotFound'];

/** Deletes a group and the rules of other groups that refer to it; false while something else still needs it. */
export async function removeGroup(api: Ec2Api, id: string): Promise<boolean> {
  if (await tryDelete(api, id)) return true;
  await Promise.all([revokeReferences(api, id, false), revokeReferences(api, id, true)]);
  return tryDelete(api, id);
}

async function tryDelete({ sdk, client }: Ec2Api, id: string): Promise<boolean> {
  const named = id.startsWith('sg-') ? { GroupId: id } : { GroupName: id };
  try {
    await unlessGone(gone, () => client.send(new sdk.DeleteSecurityGroupCommand(named)));
    return true;
  } catch (error) {
    if (isRefusedWith(error, 'DependencyViolation', 'InvalidGroup.InUse')) return false;
    throw error;
  }
}

/** Takes the rules off other groups that let this one in, or out to it; a group that is referred to cannot go. */
async function revokeReferences(
  { sdk, client }: Ec2Api,
  id: string,
  isEgress: boolean,
): Promise<void> {
  const name = isEgress ? 'egress.ip-permission.group-id' : 'ip-permission.group-id';
  const { SecurityGroups = [] } = await client.send(
    new sdk.DescribeSecurityGroupsCommand({ Filters: [{ Name: name, Values: [id] }] }),
  );
  for (const group of SecurityGroups.filter(({ GroupId }) => GroupId !== id)) {
    const input = { GroupId: group.GroupId, IpPermissions: referencesIn(group, id, isEgress) };
    await unlessGone(['InvalidPermission.NotFound', ...gone], () =>
      isEgress
        ? client.send(new sdk.RevokeSecurityGroupEgressCommand(input))
        : client.send(new sdk.RevokeSecurityGroupIngressCommand(input)),
    );
  }
}

/** Only what refers to the group: the other sources of the same rule stay. */
function referencesIn(group: SecurityGroup, id: string, isEgress: boolean): IpPermission[] {
  const permissions = (isEgress ? group.IpPermissionsEgress : group.IpPermissions) ?? [];
  return permissions.flatMap(({ IpProtocol, FromPort, ToPort, UserIdGroupPairs = [] }) => {
    const pairs = UserIdGroupPairs.filter(({ GroupId }) => GroupId === id);
    return pairs.length === 0 ? [] : [{ IpProtocol, FromPort, ToPort, UserIdGroupPairs: pairs }];
  });
}

/** The network interfaces that hold a group, in words. */
export async function whatHoldsGroup(api: Ec2Api, id: string): Promise<string | undefined> {
  const filters = [{ Name: 'group-id', Values: [id] }];
  const found = await finders['network-interface'].find(api, filters).catch(() => []);
  if (found.length === 0) return undefined;
  return `held by ${found.map(({ id: holder, state }) => `${holder} (${state})`).join(', ')}`;
}
