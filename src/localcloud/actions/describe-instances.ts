import { accountNumber } from '../zones.ts';
import { type Action, look } from './action.ts';
import { matcherOf } from './filters.ts';
import { requestedInstances } from './find.ts';
import { instanceFilters } from './instance-filters.ts';
import { belongingsOf, instanceItem } from './instance-item.ts';
import { pageOf } from './page.ts';
import { type Seen, seenNow } from './seen.ts';

/** Describes the account's instances, by reservation; what an earlier process left undone is done first. */
export const describeInstances: Action = async (context) => {
  const { machines, account, params } = context;
  await machines.reconcile();
  const own = await look(context);
  const matches = matcherOf(params, instanceFilters);
  const found = (await seenNow(context, requestedInstances(own, params))).filter(matches);
  const { items, nextToken } = pageOf(found, params, [5, 1000]);
  const belongings = belongingsOf(own);
  const reservations = new Map<string, Seen[]>();
  for (const instance of items) {
    const others = reservations.get(instance.reservation);
    if (others === undefined) reservations.set(instance.reservation, [instance]);
    else others.push(instance);
  }
  return {
    reservationSet: [...reservations].map(([reservationId, instances]) => ({
      reservationId,
      ownerId: accountNumber(account),
      groupSet: [],
      instancesSet: instances.map((instance) => instanceItem(instance, belongings)),
    })),
    nextToken,
  };
};
