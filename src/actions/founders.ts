import { z } from 'zod';
import type { Member } from '../plan/model.ts';
import type { ClusterSnapshot } from '../state/cluster-snapshot.ts';

const FoundersSchema = z.array(z.object({ ordinal: z.number(), incarnation: z.number() }));

/** The machines that take part in the first formation; null until that is settled. */
export function recordedFounders({ recorded }: ClusterSnapshot): readonly Member[] | null {
  return FoundersSchema.safeParse(recorded['founders']).data ?? null;
}

/** The founders that there would be if the first formation began now. */
export function presentFounders({ nodes }: ClusterSnapshot): readonly Member[] {
  return nodes.map(({ ordinal, incarnation }) => ({ ordinal, incarnation }));
}

/**
 * The snapshot that remembers who founds. That is settled when the first bundle is about to be sent; never again once one
 * may have been applied, so only while every node says that none was.
 * @param generations how many bundles each node that could be asked has applied, by ordinal
 */
export function withFounders(
  snapshot: ClusterSnapshot,
  generations: ReadonlyMap<number, number>,
): ClusterSnapshot {
  const isUntouched = snapshot.nodes.every(({ ordinal }) => generations.get(ordinal) === 0);
  if (recordedFounders(snapshot) !== null && !isUntouched) return snapshot;
  const founders = presentFounders(snapshot).map((founder) => ({ ...founder }));
  return { ...snapshot, recorded: { ...snapshot.recorded, founders } };
}
