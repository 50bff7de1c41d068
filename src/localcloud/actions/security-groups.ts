import { Ec2Fault, invalidParameter } from '../fault.ts';
import type { OwnRecord } from '../own.ts';
import { listOf, required } from '../query.ts';
import type { CloudRecord, Instance, SecurityGroup } from '../record.ts';
import { accountNumber, defaultGroupIdOf, vpcIdOf } from '../zones.ts';
import { type Action, type ActionContext, change, look, makeId, tagItems } from './action.ts';
import { filterTable, matcherOf } from './filters.ts';
import { requested } from './find.ts';
import { groupIdsOf } from './group-ids.ts';
import { groupNamed, permissionItems, ruleItem } from './group-rules.ts';
import { newResource } from './new-resource.ts';
import { pageOf } from './page.ts';
import { isLiving, seenNow } from './seen.ts';

const filters = filterTable<SecurityGroup>({
  'group-id': ({ id }) => [id],
  'group-name': ({ name }) => [name],
  description: ({ description }) => [description],
  'vpc-id': ({ account }) => [vpcIdOf(account)],
  'owner-id': ({ account }) => [accountNumber(account)],
  'ip-permission.group-id': ({ rules }) =>
    rules.flatMap(({ isEgress, groupId }) => (isEgress ? [] : (groupId ?? []))),
  'ip-permission.cidr': ({ rules }) =>
    rules.flatMap(({ isEgress, cidrIpv4 }) => (isEgress ? [] : (cidrIpv4 ?? []))),
  'egress.ip-permission.group-id': ({ rules }) =>
    rules.flatMap(({ isEgress, groupId }) => (isEgress ? (groupId ?? []) : [])),
});

/** The account's groups; the one that it has from the beginning is among them, changed or not. */
export function groupsOfAccount(
  { account }: ActionContext,
  { securityGroups }: OwnRecord,
): SecurityGroup[] {
  const hasDefault = securityGroups.some(({ name }) => name === 'default');
  return hasDefault ? securityGroups : [defaultGroup(account), ...securityGroups];
}

/** Writes the default group down when it has changed for the first time; the others are in the record anyway. */
export function keepGroup(record: CloudRecord, group: SecurityGroup): void {
  if (!record.securityGroups.includes(group)) record.securityGroups.push(group);
}

function defaultGroup(account: string): SecurityGroup {
  const id = defaultGroupIdOf(account);
  return {
    id,
    account,
    name: 'default',
    description: 'default VPC security group',
    tags: [],
    rules: [
      { id: id.replace('sg-', 'sgr-'), isEgress: false, protocol: '-1', groupId: id },
      { id: id.replace('sg-0', 'sgr-1'), isEgress: true, protocol: '-1', cidrIpv4: '0.0.0.0/0' },
    ],
  };
}

/** Makes a group; like all groups here it is written down and shown, but lets every packet through. */
export const createSecurityGroup: Action = async (context) => {
  const { params, account } = context;
  const name = required(params, 'GroupName');
  const description = required(params, 'GroupDescription');
  const vpc = params.get('VpcId');
  if (vpc !== undefined && vpc !== vpcIdOf(account)) {
    throw new Ec2Fault('InvalidVpcID.NotFound', `The vpc ID '${vpc}' does not exist`);
  }
  if (name.startsWith('sg-')) throw invalidParameter('GroupName', name, 'may not begin with sg-');
  const group: SecurityGroup = {
    ...newResource(context, ['sg', 'security-group']),
    name,
    description,
    rules: [{ id: makeId(context, 'sgr'), isEgress: true, protocol: '-1', cidrIpv4: '0.0.0.0/0' }],
  };
  await change(context, (_own, record) => {
    const taken = record.securityGroups.some(
      (other) => other.account === account && other.name === name,
    );
    if (taken || name === 'default') {
      throw new Ec2Fault(
        'InvalidGroup.Duplicate',
        `The security group '${name}' already exists for VPC '${vpcIdOf(account)}'`,
      );
    }
    record.securityGroups.push(group);
  });
  return { return: true, groupId: group.id, tagSet: tagItems(group.tags) };
};

/** Describes the account's groups. */
export const describeSecurityGroups: Action = async (context) => {
  const { params, account } = context;
  const all = groupsOfAccount(context, await look(context));
  const names = listOf(params, 'GroupName');
  for (const name of names) groupNamed(new Map([['GroupName', name]]), all);
  const found = requested(all, params, ['GroupId', 'group'])
    .filter(({ name }) => names.length === 0 || names.includes(name))
    .filter(matcherOf(params, filters));
  const { items, nextToken } = pageOf(found, params, [5, 1000]);
  const securityGroupInfo = items.map((group) => ({
    ownerId: accountNumber(account),
    groupId: group.id,
    groupName: group.name,
    groupDescription: group.description,
    vpcId: vpcIdOf(account),
    ipPermissions: permissionItems(group, false),
    ipPermissionsEgress: permissionItems(group, true),
    tagSet: tagItems(group.tags),
  }));
  return { securityGroupInfo, nextToken };
};

/** Describes the rules of the account's groups, each by itself. */
export const describeSecurityGroupRules: Action = async (context) => {
  const { params } = context;
  const rules = groupsOfAccount(context, await look(context)).flatMap((group) =>
    group.rules.map((rule) => ({ id: rule.id, group, rule, tags: [] as const })),
  );
  const known = filterTable<(typeof rules)[number]>({
    'group-id': ({ group }) => [group.id],
    'security-group-rule-id': ({ id }) => [id],
  });
  const found = requested(rules, params, ['SecurityGroupRuleId', 'rule']).filter(
    matcherOf(params, known),
  );
  const { items, nextToken } = pageOf(found, params, [5, 1000]);
  return { securityGroupRuleSet: items.map(({ group, rule }) => ruleItem(group, rule)), nextToken };
};

/** Deletes a group that no instance is in any more and no other group's rule refers to. */
export const deleteSecurityGroup: Action = async (context) => {
  const { params } = context;
  const own = await look(context);
  const group = groupNamed(params, groupsOfAccount(context, own));
  if (group.name === 'default') {
    throw new Ec2Fault(
      'CannotDelete',
      `the specified group: "${group.id}" name: "default" cannot be deleted by a user`,
    );
  }
  const isMember = (instance: Instance) => groupIdsOf(instance).includes(group.id);
  const seen = await seenNow(context, own.instances.filter(isMember));
  const ended = new Set(seen.filter((each) => !isLiving(each)).map(({ id }) => id));
  await change(context, (current, record) => {
    // Instances may have come into the group since they were looked at.
    const isInUse = current.instances.some((each) => isMember(each) && !ended.has(each.id));
    const isReferred = current.securityGroups.some(
      ({ id, rules }) => id !== group.id && rules.some(({ groupId }) => groupId === group.id),
    );
    if (isInUse || isReferred) {
      throw new Ec2Fault('DependencyViolation', `resource ${group.id} has a dependent object`);
    }
    record.securityGroups = record.securityGroups.filter(({ id }) => id !== group.id);
  });
  return { return: true, groupId: group.id };
};
