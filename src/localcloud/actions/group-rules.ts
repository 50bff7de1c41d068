import { isIPv4, isIPv6 } from 'node:net';
import { Ec2Fault, invalidParameter, missingParameter } from '../fault.ts';
import { groupsOf, type Params } from '../query.ts';
import type { GroupRule, SecurityGroup } from '../record.ts';
import type { XmlValue } from '../xml.ts';
import { accountNumber } from '../zones.ts';

/** A rule without what makes it one of a group's: what a request to add or take off one says. */
export type RuleText = Omit<GroupRule, 'id' | 'isEgress'>;

const protocolNames = new Map([
  ['1', 'icmp'],
  ['6', 'tcp'],
  ['17', 'udp'],
  ['58', 'icmpv6'],
  ['all', '-1'],
]);

/** The rules that a request names by `IpPermissions.N`, or by the parameters of former days; one for each source. */
export function rulesIn(params: Params, groups: readonly SecurityGroup[]): RuleText[] {
  const permissions = groupsOf(params, 'IpPermissions');
  const all = permissions.length > 0 ? permissions : [formerPermission(params)];
  const rules = all.flatMap((permission) => rulesOf(permission, groups));
  if (rules.length === 0) throw missingParameter('IpPermissions');
  return rules;
}

function formerPermission(params: Params): Params {
  const cidr = params.get('CidrIp');
  const group = params.get('SourceSecurityGroupName');
  return new Map([
    ...params,
    ...(cidr === undefined ? [] : [['IpRanges.1.CidrIp', cidr] as const]),
    ...(group === undefined ? [] : [['Groups.1.GroupName', group] as const]),
  ]);
}

function rulesOf(permission: Params, groups: readonly SecurityGroup[]): RuleText[] {
  const given = permission.get('IpProtocol')?.toLowerCase() ?? '-1';
  const protocol = protocolNames.get(given) ?? given;
  const ports = portsOf(permission, protocol);
  const described = (source: Params) => {
    const description = source.get('Description');
    return description === undefined ? {} : { description };
  };
  const shared = { protocol, ...ports };
  return [
    ...groupsOf(permission, 'IpRanges').map((source) => ({
      ...shared,
      cidrIpv4: checkCidr(source.get('CidrIp') ?? '', isIPv4, 32),
      ...described(source),
    })),
    ...groupsOf(permission, 'Ipv6Ranges').map((source) => ({
      ...shared,
      cidrIpv6: checkCidr(source.get('CidrIpv6') ?? '', isIPv6, 128),
      ...described(source),
    })),
    ...groupsOf(permission, 'Groups').map((source) => ({
      ...shared,
      groupId: groupNamed(source, groups).id,
      ...described(source),
    })),
  ];
}

function portsOf(permission: Params, protocol: string): Pick<RuleText, 'fromPort' | 'toPort'> {
  if (protocol === '-1') return {};
  const [fromPort, toPort] = ['FromPort', 'ToPort'].map((name) => {
    const text = permission.get(name);
    if (text === undefined) throw missingParameter(name);
    const port = Number(text);
    if (!/^-?\d{1,5}$/.test(text) || port < -1 || port > 65_535) throw invalidParameter(name, text);
    return port;
  });
  if (fromPort === undefined || toPort === undefined) return {};
  if (/^(tcp|udp)$/.test(protocol) && fromPort > toPort) {
    throw invalidParameter('FromPort', String(fromPort), 'is above ToPort');
  }
  return { fromPort, toPort };
}

function checkCidr(cidr: string, isAddress: (text: string) => boolean, longest: number): string {
  const [address = '', length = ''] = cidr.split('/');
  if (isAddress(address) && /^\d{1,3}$/.test(length) && Number(length) <= longest) return cidr;
  throw new Ec2Fault('InvalidParameterValue', `CIDR block ${cidr} is malformed`);
}

/** The group that a source or a request names by `GroupId` or `GroupName`. */
export function groupNamed(source: Params, groups: readonly SecurityGroup[]): SecurityGroup {
  const id = source.get('GroupId');
  const name = source.get('GroupName');
  if (id === undefined && name === undefined) {
    throw new Ec2Fault(
      'MissingParameter',
      'The request must contain the parameter groupName or groupId',
    );
  }
  const found = groups.find((group) => (id === undefined ? group.name === name : group.id === id));
  if (found !== undefined) return found;
  throw new Ec2Fault('InvalidGroup.NotFound', `The security group '${id ?? name}' does not exist`);
}

/** The same for rules that let the same through. */
export function meaningOf({
  protocol,
  fromPort,
  toPort,
  cidrIpv4,
  cidrIpv6,
  groupId,
}: RuleText): string {
  return [protocol, fromPort, toPort, cidrIpv4, cidrIpv6, groupId].join('|');
}

/** A group's rules of one direction as EC2 describes them within the group: by protocol and ports. */
export function permissionItems({ account, rules }: SecurityGroup, isEgress: boolean): XmlValue[] {
  const byPorts = new Map<string, GroupRule[]>();
  for (const rule of rules.filter((each) => each.isEgress === isEgress)) {
    const key = [rule.protocol, rule.fromPort, rule.toPort].join('|');
    byPorts.set(key, [...(byPorts.get(key) ?? []), rule]);
  }
  return [...byPorts.values()].map((same) => ({
    ipProtocol: same[0]?.protocol,
    fromPort: same[0]?.fromPort,
    toPort: same[0]?.toPort,
    groups: same.flatMap(({ groupId, description }) =>
      groupId === undefined ? [] : [{ userId: accountNumber(account), groupId, description }],
    ),
    ipRanges: same.flatMap(({ cidrIpv4: cidrIp, description }) =>
      cidrIp === undefined ? [] : [{ cidrIp, description }],
    ),
    ipv6Ranges: same.flatMap(({ cidrIpv6, description }) =>
      cidrIpv6 === undefined ? [] : [{ cidrIpv6, description }],
    ),
    prefixListIds: [],
  }));
}

/** One rule as EC2 describes it by itself. */
export function ruleItem({ account, id: groupId }: SecurityGroup, rule: GroupRule): XmlValue {
  return {
    securityGroupRuleId: rule.id,
    groupId,
    groupOwnerId: accountNumber(account),
    isEgress: rule.isEgress,
    ipProtocol: rule.protocol,
    fromPort: rule.fromPort ?? -1,
    toPort: rule.toPort ?? -1,
    cidrIpv4: rule.cidrIpv4,
    cidrIpv6: rule.cidrIpv6,
    referencedGroupInfo:
      rule.groupId === undefined
        ? undefined
        : { groupId: rule.groupId, userId: accountNumber(account) },
    description: rule.description,
    tagSet: [],
  };
}
