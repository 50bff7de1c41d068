import { Ec2Fault } from '../fault.ts';
import type { OwnRecord } from '../own.ts';
import { listOf, type Params } from '../query.ts';
import type { Instance } from '../record.ts';

/** The kinds of resource that requests name by id: the prefix of their ids, and the codes for those that are not there. */
const kinds = {
  instance: { prefix: 'i', code: 'InvalidInstanceID', noun: 'instance ID' },
  volume: { prefix: 'vol', code: 'InvalidVolume', noun: 'volume' },
  group: { prefix: 'sg', code: 'InvalidGroup', noun: 'security group' },
  subnet: { prefix: 'subnet', code: 'InvalidSubnetID', noun: 'subnet ID' },
  vpc: { prefix: 'vpc', code: 'InvalidVpcID', noun: 'vpc ID' },
  interface: { prefix: 'eni', code: 'InvalidNetworkInterfaceID', noun: 'networkInterface ID' },
  address: { prefix: 'eipalloc', code: 'InvalidAllocationID', noun: 'allocation ID' },
  spotRequest: {
    prefix: 'sir',
    code: 'InvalidSpotInstanceRequestID',
    noun: 'spot instance request ID',
  },
  rule: { prefix: 'sgr', code: 'InvalidSecurityGroupRuleId', noun: 'security group rule ID' },
} as const;

/** A kind of resource that requests name by id. */
export type Kind = keyof typeof kinds;

/** The things with these ids, each once and in the order of the ids; every one of them has to be there. */
export function findByIds<T extends { readonly id: string }>(
  all: readonly T[],
  ids: readonly string[],
  kind: Kind,
): T[] {
  const { prefix, code, noun } = kinds[kind];
  const malformed = ids.find((id) => !new RegExp(`^${prefix}-[0-9a-f]{8,17}$`).test(id));
  if (malformed !== undefined) {
    throw new Ec2Fault(
      `${code}.Malformed`.replace('InvalidGroup.', 'InvalidGroupId.'),
      `Invalid id: "${malformed}"`,
    );
  }
  const byId = new Map(all.map((each) => [each.id, each]));
  const missing = ids.filter((id) => !byId.has(id));
  if (missing.length > 0) {
    const named = missing.length === 1 ? `'${missing[0]}' does` : `'${missing.join(', ')}' do`;
    throw new Ec2Fault(`${code}.NotFound`, `The ${noun} ${named} not exist`);
  }
  return [...new Set(ids)].flatMap((id) => byId.get(id) ?? []);
}

/** The things that a request names by a list of ids, or all of them when it names none. */
export function requested<T extends { readonly id: string }>(
  all: readonly T[],
  params: Params,
  [name, kind]: readonly [string, Kind],
): T[] {
  const ids = listOf(params, name);
  return ids.length === 0 ? [...all] : findByIds(all, ids, kind);
}

/** The instances that a request names by `InstanceId.N`, or all of them when it names none. */
export function requestedInstances(own: OwnRecord, params: Params): Instance[] {
  if (params.has('MaxResults') && params.has('InstanceId.1')) {
    const message = 'The parameter MaxResults cannot be used with the parameter InstanceId';
    throw new Ec2Fault('InvalidParameterCombination', message);
  }
  return requested(own.instances, params, ['InstanceId', 'instance']);
}
