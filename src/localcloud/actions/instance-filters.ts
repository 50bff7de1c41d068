import { stateCode } from '../instance-state.ts';
import { hostnameOf } from '../names.ts';
import { subnetIdOf, vpcIdOf } from '../zones.ts';
import { filterTable } from './filters.ts';
import { groupIdsOf } from './group-ids.ts';
import type { Seen } from './seen.ts';

const given = (value: string | undefined) => (value === undefined ? [] : [value]);

/** The filters of actions about instances. */
export const instanceFilters = filterTable<Seen>({
  'instance-id': ({ id }) => [id],
  'instance-state-name': ({ state }) => [state.name],
  'instance-state-code': ({ state }) => [String(stateCode(state.name))],
  'instance-type': ({ type }) => [type],
  'instance-lifecycle': ({ spotRequest }) => (spotRequest === undefined ? [] : ['spot']),
  'spot-instance-request-id': ({ spotRequest }) => given(spotRequest),
  'image-id': ({ image }) => [image],
  'key-name': ({ keyName }) => given(keyName),
  'client-token': ({ token }) => given(token),
  'reservation-id': ({ reservation }) => [reservation],
  'private-ip-address': ({ address }) => [address],
  'ip-address': ({ address }) => [address],
  'private-dns-name': ({ address }) => [hostnameOf(address)],
  'availability-zone': ({ zone }) => [zone],
  'subnet-id': ({ account, zone }) => [subnetIdOf(account, zone)],
  'vpc-id': ({ account }) => [vpcIdOf(account)],
  'launch-time': ({ launchedAtMs }) => [new Date(launchedAtMs).toISOString()],
  'instance.group-id': groupIdsOf,
  'network-interface.group-id': groupIdsOf,
  'metadata-options.http-tokens': ({ metadataOptions }) => given(metadataOptions?.httpTokens),
});
