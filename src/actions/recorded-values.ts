import { fixedParams } from '../config/fixed-params.ts';
import { type ClusterModel, hasPlaceholder } from '../plan/model.ts';
import type { ComponentRecord } from '../recipe/recorded.ts';
import type { ClusterSnapshot, SnapshotContent } from '../state/cluster-snapshot.ts';
import { secretName } from './recipe-secrets.ts';

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

/**
 * The snapshot that keeps what is settled for its recipes, except for what speaks of a machine that is not there yet, and
 * the names of the secrets, which have been made.
 */
export function withRecorded<S extends SnapshotContent>(
  snapshot: S,
  { recorded, composition, secrets }: Pick<ClusterModel, 'recorded' | 'composition' | 'secrets'>,
): S {
  const components = Object.entries(recorded).map(([name, record]) => [name, lasting(record)]);
  const fixed = { ...Object.fromEntries(fixedParams(composition)), ...snapshot.recorded.fixed };
  const made = Object.entries(secrets).flatMap(([recipe, own]) =>
    Object.keys(own).map((name) => secretName({ recipe, name })),
  );
  const known = [...new Set([...(snapshot.recorded.secrets ?? []), ...made])];
  const settled = { components: Object.fromEntries(components), fixed, secrets: known };
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
