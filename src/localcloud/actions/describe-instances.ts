import { stateCode, stateOf } from '../instance-state.ts';
import type { Observation } from '../observation.ts';
import { observeAll, reconcile } from '../reconcile.ts';
import type { Instance } from '../record.ts';
import { type Action, zone } from './action.ts';
import { filterTable, matcherOf } from './filters.ts';
import { instanceItem } from './instance-item.ts';
import { requestedInstances } from './own-instances.ts';
import { pageOf } from './page.ts';

type Seen = Instance & { readonly seen: Observation };

const filters = filterTable<Seen>({
  'instance-id': (instance) => [instance.id],
  'instance-state-name': (instance) => [stateOf(instance.want, instance.seen).name],
  'instance-state-code': (instance) => [
    String(stateCode(stateOf(instance.want, instance.seen).name)),
  ],
  'instance-type': (instance) => [instance.type],
  'image-id': (instance) => [instance.image],
  'key-name': (instance) => (instance.keyName === undefined ? [] : [instance.keyName]),
  'client-token': (instance) => (instance.token === undefined ? [] : [instance.token]),
  'reservation-id': (instance) => [instance.reservation],
  'private-ip-address': (instance) => [instance.address],
  'availability-zone': () => [zone],
});

/** Describes the account's instances, a reservation each; what an earlier process left undone is done first. */
export const describeInstances: Action = async (context) => {
  const { host, account, params } = context;
  await reconcile(host);
  const record = await host.store.read();
  const requested = requestedInstances(record, account, params);
  const seen = await observeAll(host, requested);
  const matches = matcherOf(params, filters);
  const found = requested
    .map((instance): Seen => ({ ...instance, seen: seen.get(instance.id) ?? { kind: 'absent' } }))
    .filter(matches);
  const { items, nextToken } = pageOf(found, params, [5, 1000]);
  const reservations = new Map<string, Seen[]>();
  for (const instance of items) {
    reservations.set(instance.reservation, [
      ...(reservations.get(instance.reservation) ?? []),
      instance,
    ]);
  }
  return {
    reservationSet: [...reservations].map(([reservationId, instances]) => ({
      reservationId,
      ownerId: account,
      groupSet: [],
      instancesSet: instances.map((instance) => instanceItem(instance, instance.seen)),
    })),
    nextToken,
  };
};
