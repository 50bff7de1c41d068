import { Ec2Fault } from '../fault.ts';
import { listOf, required } from '../query.ts';
import type { ElasticAddress } from '../record.ts';
import { type Action, change, look, makeId, tagItems } from './action.ts';
import { filterTable, matcherOf } from './filters.ts';
import { findByIds, requested } from './find.ts';
import { newResource } from './new-resource.ts';

/** Documentation addresses (RFC 5737): nobody has them. */
const pool = Array.from({ length: 254 }, (_, index) => `203.0.113.${index + 1}`);

const filters = filterTable<ElasticAddress>({
  'allocation-id': ({ id }) => [id],
  'public-ip': ({ publicIp }) => [publicIp],
  domain: () => ['vpc'],
  'association-id': ({ association }) => (association === undefined ? [] : [association.id]),
  'instance-id': ({ association }) => (association === undefined ? [] : [association.instance]),
});

/** Gives the account an address, which is written down and leads nowhere. */
export const allocateAddress: Action = async (context) => {
  const made = newResource(context, ['eipalloc', 'elastic-ip']);
  const address = await change(context, (_own, record) => {
    const taken = new Set(record.addresses.map(({ publicIp }) => publicIp));
    const publicIp = pool.find((each) => !taken.has(each));
    if (publicIp === undefined) {
      throw new Ec2Fault(
        'AddressLimitExceeded',
        'The maximum number of addresses has been reached.',
      );
    }
    record.addresses.push({ ...made, publicIp });
    return { publicIp };
  });
  return { ...address, allocationId: made.id, domain: 'vpc', publicIpv4Pool: 'amazon' };
};

/** Describes the account's addresses. */
export const describeAddresses: Action = async (context) => {
  const { params } = context;
  const ips = listOf(params, 'PublicIp');
  const { addresses } = await look(context);
  const unknown = ips.find((ip) => !addresses.some(({ publicIp }) => publicIp === ip));
  if (unknown !== undefined)
    throw new Ec2Fault('InvalidAddress.NotFound', `Address '${unknown}' not found.`);
  const found = requested(addresses, params, ['AllocationId', 'address'])
    .filter(({ publicIp }) => ips.length === 0 || ips.includes(publicIp))
    .filter(matcherOf(params, filters));
  const addressesSet = found.map(({ id, publicIp, association, tags }) => ({
    publicIp,
    allocationId: id,
    domain: 'vpc',
    instanceId: association?.instance,
    associationId: association?.id,
    tagSet: tagItems(tags),
  }));
  return { addressesSet };
};

/** Notes an address as an instance's; the instance goes on being reached by its own. */
export const associateAddress: Action = async (context) => {
  const { params } = context;
  const association = { id: makeId(context, 'eipassoc'), instance: required(params, 'InstanceId') };
  await change(context, (own) => {
    const [instance] = findByIds(own.instances, [association.instance], 'instance');
    if (instance?.want === 'terminated') {
      throw new Ec2Fault(
        'IncorrectInstanceState',
        `The instance '${instance.id}' is not in a valid state for this operation.`,
      );
    }
    const [address] = findByIds(own.addresses, [required(params, 'AllocationId')], 'address');
    if (address === undefined) return;
    if (address.association !== undefined && params.get('AllowReassociation') === 'false') {
      throw new Ec2Fault(
        'Resource.AlreadyAssociated',
        `resource ${address.id} is already associated`,
      );
    }
    address.association = association;
  });
  return { return: true, associationId: association.id };
};

/** Ends an association. */
export const disassociateAddress: Action = async (context) => {
  const id = required(context.params, 'AssociationId');
  await change(context, (own) => {
    const address = own.addresses.find(({ association }) => association?.id === id);
    if (address === undefined) {
      throw new Ec2Fault(
        'InvalidAssociationID.NotFound',
        `The association ID '${id}' does not exist`,
      );
    }
    delete address.association;
  });
  return { return: true };
};

/** Gives an address back that is nobody's. */
export const releaseAddress: Action = async (context) => {
  const id = required(context.params, 'AllocationId');
  await change(context, (own, record) => {
    const [address] = findByIds(own.addresses, [id], 'address');
    if (address?.association !== undefined) {
      throw new Ec2Fault('InvalidIPAddress.InUse', `Address ${address.publicIp} is in use.`);
    }
    record.addresses = record.addresses.filter((each) => each !== address);
  });
  return { return: true };
};
