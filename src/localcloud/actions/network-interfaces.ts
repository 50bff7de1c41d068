import { subnetIdOf, vpcIdOf } from '../zones.ts';
import { type Action, look } from './action.ts';
import { filterTable, matcherOf } from './filters.ts';
import { requested } from './find.ts';
import { groupIdsOf } from './group-ids.ts';
import { belongingsOf, interfaceIdOf, interfaceItem } from './instance-item.ts';
import { pageOf } from './page.ts';
import { isLiving, type Seen, seenNow } from './seen.ts';

/** An instance as its network interface, whose id it goes by here. */
type Interface = { readonly id: string; readonly instance: Seen; readonly tags: readonly [] };

const filters = filterTable<Interface>({
  'network-interface-id': ({ id }) => [id],
  'group-id': ({ instance }) => groupIdsOf(instance),
  'attachment.instance-id': ({ instance }) => [instance.id],
  'attachment.status': () => ['attached'],
  status: () => ['in-use'],
  'vpc-id': ({ instance }) => [vpcIdOf(instance.account)],
  'subnet-id': ({ instance }) => [subnetIdOf(instance.account, instance.zone)],
  'availability-zone': ({ instance }) => [instance.zone],
  'private-ip-address': ({ instance }) => [instance.address],
});

/** The network interfaces, one for each instance that is not over yet; they tell what still holds a security group. */
export const describeNetworkInterfaces: Action = async (context) => {
  const { params } = context;
  const own = await look(context);
  const all = (await seenNow(context, own.instances))
    .filter(isLiving)
    .map((instance): Interface => ({ id: interfaceIdOf(instance), instance, tags: [] }));
  const found = requested(all, params, ['NetworkInterfaceId', 'interface']).filter(
    matcherOf(params, filters),
  );
  const { items, nextToken } = pageOf(found, params, [5, 1000]);
  const belongings = belongingsOf(own);
  const networkInterfaceSet = items.map(({ instance }) => {
    const item = interfaceItem(instance, belongings);
    const attachment = item['attachment'] as Record<string, string>;
    return {
      ...item,
      availabilityZone: instance.zone,
      interfaceType: 'interface',
      requesterManaged: false,
      attachment: { ...attachment, instanceId: instance.id, instanceOwnerId: item['ownerId'] },
      tagSet: [],
    };
  });
  return { networkInterfaceSet, nextToken };
};
