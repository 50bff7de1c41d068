import type { ClusterRef, Machine } from '../provider.ts';
import type { Ec2Api } from './ec2-api.ts';
import { tagNames } from './tags.ts';
import { onceVisible } from './tolerate.ts';

/** As many calls are under way at a time; how fast they go is the call policy's matter. */
const atOnce = 10;

/** Gives each machine its own name and ordinal: a call each, since no two are alike. */
export async function labelMachines(
  api: Ec2Api,
  cluster: ClusterRef,
  machines: readonly Machine[],
): Promise<void> {
  const waiting = machines.filter(({ isLabelled }) => !isLabelled);
  const work = async () => {
    for (let machine = waiting.shift(); machine !== undefined; machine = waiting.shift()) {
      await label(api, cluster, machine);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
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
