import { Ec2Fault } from '../fault.ts';
import { listOf, type Params } from '../query.ts';
import type { CloudRecord, Instance } from '../record.ts';

/** The account's instances that a request names by `InstanceId.N`, or all of them when it names none. */
export function requestedInstances(
  record: CloudRecord,
  account: string,
  params: Params,
): Instance[] {
  const own = record.instances.filter((instance) => instance.account === account);
  const ids = listOf(params, 'InstanceId');
  return ids.length === 0 ? own : findInstances(own, ids);
}

/** The instances with these ids, each of which has to be there. */
export function findInstances(own: readonly Instance[], ids: readonly string[]): Instance[] {
  const malformed = ids.find((id) => !/^i-[0-9a-f]{8,17}$/.test(id));
  if (malformed !== undefined) {
    throw new Ec2Fault('InvalidInstanceID.Malformed', `Invalid id: "${malformed}"`);
  }
  const byId = new Map(own.map((instance) => [instance.id, instance]));
  const missing = ids.filter((id) => !byId.has(id));
  if (missing.length > 0) {
    const named =
      missing.length === 1 ? `ID '${missing[0]}' does` : `IDs '${missing.join(', ')}' do`;
    throw new Ec2Fault('InvalidInstanceID.NotFound', `The instance ${named} not exist`);
  }
  return [...new Set(ids)].flatMap((id) => byId.get(id) ?? []);
}
