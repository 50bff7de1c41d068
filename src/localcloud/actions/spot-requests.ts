import { missingParameter } from '../fault.ts';
import { listOf } from '../query.ts';
import type { XmlValue } from '../xml.ts';
import { type Action, change, isoTime, look } from './action.ts';
import { filterTable, matcherOf } from './filters.ts';
import { findByIds, requested } from './find.ts';
import { pageOf } from './page.ts';
import { isLiving, type Seen, seenNow } from './seen.ts';

/** A spot instance as the request that it came of, whose id it goes by here. */
type Request = { readonly id: string; readonly instance: Seen; readonly tags: readonly [] };

const filters = filterTable<Request>({
  'spot-instance-request-id': ({ id }) => [id],
  'instance-id': ({ instance }) => [instance.id],
  state: ({ instance }) => [stateOf(instance)],
  'status-code': ({ instance }) => [statusOf(instance)],
  'launched-availability-zone': ({ instance }) => [instance.zone],
});

/** The requests of the account's spot instances; each has been fulfilled at once and holds one instance. */
export const describeSpotInstanceRequests: Action = async (context) => {
  const { params } = context;
  const { instances } = await look(context);
  const all = (await seenNow(context, instances)).flatMap((instance): Request[] =>
    instance.spotRequest === undefined ? [] : [{ id: instance.spotRequest, instance, tags: [] }],
  );
  const found = requested(all, params, ['SpotInstanceRequestId', 'spotRequest']).filter(
    matcherOf(params, filters),
  );
  const { items, nextToken } = pageOf(found, params, [5, 1000]);
  return { spotInstanceRequestSet: items.map(requestItem), nextToken };
};

/** Cancels requests; their instances go on. */
export const cancelSpotInstanceRequests: Action = async (context) => {
  const ids = listOf(context.params, 'SpotInstanceRequestId');
  if (ids.length === 0) throw missingParameter('SpotInstanceRequestId');
  await change(context, (own) => {
    const requests = own.instances.flatMap((instance) =>
      instance.spotRequest === undefined ? [] : [{ id: instance.spotRequest, instance }],
    );
    for (const { instance } of findByIds(requests, ids, 'spotRequest'))
      instance.isSpotRequestCancelled = true;
  });
  return {
    spotInstanceRequestSet: ids.map((spotInstanceRequestId) => ({
      spotInstanceRequestId,
      state: 'cancelled',
    })),
  };
};

function stateOf(instance: Seen): string {
  if (instance.isSpotRequestCancelled === true) return 'cancelled';
  return isLiving(instance) ? 'active' : 'closed';
}

function statusOf(instance: Seen): string {
  if (instance.endReason?.code === 'Server.SpotInstanceTermination')
    return 'instance-terminated-no-capacity';
  if (!isLiving(instance)) return 'instance-terminated-by-user';
  return instance.isSpotRequestCancelled === true
    ? 'request-canceled-and-instance-running'
    : 'fulfilled';
}

function requestItem({ id, instance }: Request): XmlValue {
  const created = isoTime(instance.launchedAtMs);
  const code = statusOf(instance);
  return {
    spotInstanceRequestId: id,
    type: 'one-time',
    state: stateOf(instance),
    status: { code, updateTime: created, message: code },
    instanceId: instance.id,
    launchedAvailabilityZone: instance.zone,
    productDescription: 'Linux/UNIX',
    instanceInterruptionBehavior: 'terminate',
    createTime: created,
    launchSpecification: { imageId: instance.image, instanceType: instance.type },
    tagSet: [],
  };
}
