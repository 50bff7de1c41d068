import type { Machine, MachineFigures } from '../providers/provider.ts';
import type { ClusterSnapshot } from '../state/cluster-snapshot.ts';
import type { ActionContext } from './context.ts';
import { machineFigures } from './machine-figures.ts';
import type { Place } from './open-place.ts';

/** How often a machine that is missing from the cloud's answer is asked for again: answers may lag behind. */
const secondLooks = 2;

/** What the cloud says of a cluster's machines. */
export interface Described {
  readonly described: readonly Machine[];
  /** What machines of the profile's types are made of. */
  readonly figures: ReadonlyMap<string, MachineFigures>;
}

/** Asks the cloud about a cluster: one call for all its machines, and again only where a known one is missing. */
export async function describeCluster(
  place: Place,
  { uid, nodes }: ClusterSnapshot,
  { clock, signal }: Pick<ActionContext, 'clock' | 'signal'>,
): Promise<Described> {
  const { provider } = place;
  const figures = machineFigures(place);
  // Whether it failed shows once the machines are known, too.
  figures.catch(() => undefined);
  const isMissing = (machines: readonly Machine[]) =>
    nodes.some(
      ({ instanceId }) => instanceId !== null && !machines.some(({ id }) => id === instanceId),
    );
  let described = await provider.describe(uid);
  for (let look = 0; look < secondLooks && isMissing(described); look += 1) {
    await clock.sleep(provider.pollMs, signal);
    described = await provider.describe(uid);
  }
  return { described, figures: await figures };
}
