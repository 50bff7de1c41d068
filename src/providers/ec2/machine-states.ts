import type { MachineState } from '../provider.ts';
import { describeInstances } from './describe.ts';
import type { Ec2Api } from './ec2-api.ts';
import { isMachineState } from './machine.ts';
import { byName, byUid } from './marks.ts';
import { finders } from './resources.ts';
import { tagMap, tagNames } from './tags.ts';

/**
 * The states of a cluster's machines by their ids, whatever became of their tags: one that lost even the uid is found by
 * the cluster's key, unless it bears another's uid.
 */
export async function machineStates(
  api: Ec2Api,
  uid: string,
): Promise<ReadonlyMap<string, MachineState>> {
  const [tagged, keyed] = await Promise.all([
    describeInstances(api, [byUid(uid)]),
    describeInstances(api, [byName(finders.instance.nameProperty, uid)]),
  ]);
  const stripped = keyed.filter(({ Tags }) => !tagMap(Tags).has(tagNames.uid));
  const states = new Map<string, MachineState>();
  for (const { InstanceId: id, State } of [...stripped, ...tagged]) {
    const word = State?.Name ?? '';
    // A word that nobody knows is not the word for an end.
    if (id !== undefined) states.set(id, isMachineState(word) ? word : 'running');
  }
  return states;
}
