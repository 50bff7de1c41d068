import type { ClusterRef, Machine } from '../provider.ts';
import type { Ec2Api } from './ec2-api.ts';
import { forEach } from './for-each.ts';
import { tagNames } from './tags.ts';
import { onceVisible } from './tolerate.ts';

/** Gives each machine its own name and ordinal: a call each, since no two are alike. */
export async function labelMachines(
  api: Ec2Api,
  cluster: ClusterRef,
  machines: readonly Machine[],
): Promise<void> {
  const waiting = machines.filter(({ isLabelled }) => !isLabelled);
  await forEach(waiting, (machine) => label(api, cluster, machine));
}

function label(api: Ec2Api, cluster: ClusterRef, { id, ordinal }: Machine): Promise<unknown> {
  const tags = [
    { Key: tagNames.name, Value: `${cluster.name}-${ordinal}` },
    { Key: tagNames.ordinal, Value: String(ordinal) },
  ];
  return onceVisible(api, ['InvalidInstanceID.NotFound', 'InvalidID'], () =>
    api.client.send(new api.sdk.CreateTagsCommand({ Resources: [id], Tags: tags })),
  );
}
