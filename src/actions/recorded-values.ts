import { fixedParams } from '../config/fixed-params.ts';
import { type ClusterModel, hasPlaceholder } from '../plan/model.ts';
import type { ComponentRecord } from '../recipe/recorded.ts';
import type { ClusterSnapshot, SnapshotContent } from '../state/cluster-snapshot.ts';

/** Whether the first formation has begun: what is settled with it is settled for good. */
export function isFounded({ recorded }: Pick<ClusterSnapshot, 'recorded'>): boolean {
  return Object.keys(recorded.components).length > 0;
}

/**
 * The snapshot without what was settled for a formation of which nothing was ever done. That is settled when the first
 * bundle is about to be sent, and open again only while every node says that none was applied.
 * @param generations how many bundles each node that could be asked has applied, by ordinal
 */
export function unsettled(
  snapshot: ClusterSnapshot,
  generations: ReadonlyMap<number, number>,
): ClusterSnapshot {
  const isUntouched = snapshot.nodes.every(({ ordinal }) => generations.get(ordinal) === 0);
  return isUntouched ? { ...snapshot, recorded: { components: {}, fixed: {} } } : snapshot;
}

/** The snapshot that keeps what is settled for its recipes, except for what speaks of a machine that is not there yet. */
export function withRecorded<S extends SnapshotContent>(
  snapshot: S,
  { recorded, composition }: Pick<ClusterModel, 'recorded' | 'composition'>,
): S {
  const components = Object.entries(recorded).map(([name, record]) => [name, lasting(record)]);
  const fixed = { ...Object.fromEntries(fixedParams(composition)), ...snapshot.recorded.fixed };
  const settled = { components: Object.fromEntries(components), fixed };
  return { ...snapshot, recorded: JSON.parse(JSON.stringify(settled)) };
}

function lasting({ founders, values, nodes }: ComponentRecord): ComponentRecord {
  const isKnown = ([, value]: readonly [string, unknown]) =>
    !hasPlaceholder(JSON.stringify(value) ?? '');
  const known = Object.entries(nodes).map(([name, own]) => [
    name,
    Object.fromEntries(Object.entries(own).filter(isKnown)),
  ]);
  return { founders, values, nodes: Object.fromEntries(known) };
}
