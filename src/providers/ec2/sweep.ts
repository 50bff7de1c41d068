import type { Leftover } from '../provider.ts';
import { byTag, describeInstances, describeKeyPairs, notTerminated } from './describe.ts';
import type { Ec2Api } from './ec2-api.ts';
import { tagNames } from './tags.ts';

/** Deletes the cluster's key pairs, then lists everything that still carries its uid. */
export async function sweepCluster(api: Ec2Api, uid: string): Promise<readonly Leftover[]> {
  const ours = [byTag(tagNames.uid, uid)];
  for (const pair of await describeKeyPairs(api, ours)) {
    await api.client.send(new api.sdk.DeleteKeyPairCommand({ KeyName: pair.KeyName }));
  }
  const [instances, pairs] = await Promise.all([
    describeInstances(api, [...ours, notTerminated]),
    describeKeyPairs(api, ours),
  ]);
  return [
    ...instances.map((instance) => ({
      kind: 'instance' as const,
      id: instance.InstanceId ?? '',
      state: instance.State?.Name ?? '',
    })),
    ...pairs.map((pair) => ({
      kind: 'key-pair' as const,
      id: pair.KeyName ?? '',
      state: 'exists',
    })),
  ];
}
