import type { IpPermission, SecurityGroup } from '@aws-sdk/client-ec2';
import type { ClientPort, NetworkWish } from '../provider.ts';

/** One thing that a group lets in. */
export interface GroupRule {
  /** `tcp`, `udp`, or `-1` for everything. */
  readonly protocol: string;
  /** First and last port; null for all of them. */
  readonly ports: readonly [number, number] | null;
  /** A network, or the id or name of a group. */
  readonly source: string;
  /** Whether it was made by us, and so may be removed by us. */
  readonly isOurs: boolean;
}

/** How rules that we make are told from those of others in the same group. */
const ourMark = 'deployer';

/** What a cluster's own group is to let in. */
export function wishedRules(wish: NetworkWish, groupId: string): readonly GroupRule[] {
  const open = ({ port, protocol }: ClientPort, from: string): GroupRule => ({
    ...{ protocol, ports: [port, port], source: networkOf(from), isOurs: true },
  });
  const rules: readonly GroupRule[] = [
    { protocol: '-1', ports: null, source: groupId, isOurs: true },
    ...wish.sshFrom.map((from) => open({ port: 22, protocol: 'tcp' }, from)),
    ...wish.clientPorts.flatMap((port) => wish.clientsFrom.map((from) => open(port, from))),
  ];
  return [...new Map(rules.map((rule) => [keyOf(rule), rule])).values()];
}

/** The rules that a group has. Where the cloud keeps no words on rules, all in the cluster's own group count as ours. */
export function rulesOf({ IpPermissions = [] }: SecurityGroup): readonly GroupRule[] {
  const keepsWords = IpPermissions.flatMap(sourcesOf).some(([, words]) => words !== '');
  return IpPermissions.flatMap((permission) =>
    sourcesOf(permission).map(([source, words]) => ({
      protocol: permission.IpProtocol ?? '-1',
      ports: portsOf(permission),
      source,
      isOurs: !keepsWords || words.startsWith(ourMark),
    })),
  );
}

/** What has to be added to a group and what removed, so that it lets in what is wished. */
export function ruleChanges(
  wished: readonly GroupRule[],
  present: readonly GroupRule[],
): { readonly missing: readonly GroupRule[]; readonly surplus: readonly GroupRule[] } {
  const has = (rules: readonly GroupRule[]) => new Set(rules.map(keyOf));
  const [wishedKeys, presentKeys] = [has(wished), has(present)];
  return {
    missing: wished.filter((rule) => !presentKeys.has(keyOf(rule))),
    surplus: present.filter((rule) => rule.isOurs && !wishedKeys.has(keyOf(rule))),
  };
}

/** A rule in EC2's words. */
export function permissionOf({ protocol, ports, source }: GroupRule): IpPermission {
  const range = ports === null ? {} : { FromPort: ports[0], ToPort: ports[1] };
  return { IpProtocol: protocol, ...range, ...sourceOf(source) };
}

function sourceOf(source: string): IpPermission {
  if (source.includes('/')) {
    return source.includes(':')
      ? { Ipv6Ranges: [{ CidrIpv6: source, Description: ourMark }] }
      : { IpRanges: [{ CidrIp: source, Description: ourMark }] };
  }
  const group = source.startsWith('sg-') ? { GroupId: source } : { GroupName: source };
  return { UserIdGroupPairs: [{ ...group, Description: ourMark }] };
}

/** Each source of a permission with the words on it. */
function sourcesOf(permission: IpPermission): readonly (readonly [string, string])[] {
  const { IpRanges = [], Ipv6Ranges = [], UserIdGroupPairs = [] } = permission;
  return [
    ...IpRanges.map(({ CidrIp, Description }) => [CidrIp ?? '', Description ?? ''] as const),
    ...Ipv6Ranges.map(({ CidrIpv6, Description }) => [CidrIpv6 ?? '', Description ?? ''] as const),
    ...UserIdGroupPairs.map(
      ({ GroupId, GroupName, Description }) =>
        [GroupId ?? GroupName ?? '', Description ?? ''] as const,
    ),
  ];
}

function portsOf({ IpProtocol, FromPort, ToPort }: IpPermission): GroupRule['ports'] {
  if (IpProtocol === '-1' || FromPort === undefined || ToPort === undefined) return null;
  return [FromPort, ToPort];
}

function keyOf({ protocol, ports, source }: GroupRule): string {
  return `${protocol} ${ports?.join('-') ?? 'all'} ${source}`;
}

/** A network as clouds write it: without bits of a host, and IPv6 as short as can be. */
function networkOf(cidr: string): string {
  const [address = '', length = ''] = cidr.split('/');
  if (address.includes(':'))
    return `${new URL(`http://[${address}]`).hostname.slice(1, -1)}/${length}`;
  const bits = address.split('.').reduce((value, byte) => value * 256 + Number(byte), 0);
  const hosts = 2 ** (32 - Number(length));
  const base = bits - (bits % hosts);
  return `${[24, 16, 8, 0].map((shift) => Math.floor(base / 2 ** shift) % 256).join('.')}/${length}`;
}
