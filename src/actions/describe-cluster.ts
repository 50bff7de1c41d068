import type { Machine, MachineFigures } from '../providers/provider.ts';
import type { ClusterSnapshot } from '../state/cluster-snapshot.ts';
import type { ActionContext } from './context.ts';
import { lookAgain } from './look-again.ts';
import { machineFigures } from './machine-figures.ts';
import type { Place } from './open-place.ts';

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
  context: Pick<ActionContext, 'clock' | 'signal'>,
): Promise<Described> {
  const { provider } = place;
  const figures = machineFigures(place);
  // Whether it failed shows once the machines are known, too.
  figures.catch(() => undefined);
  const isMissing = (machines: readonly Machine[]) =>
    nodes.some(
      ({ instanceId }) => instanceId !== null && !machines.some(({ id }) => id === instanceId),
    );
  const described = await lookAgain(() => provider.describe(uid), isMissing, provider, context);
  return { described, figures: await figures };
}
