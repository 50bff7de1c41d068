import type { Component, Composition } from './composition.ts';
import { fillAt } from './content.ts';
import { foundersValue } from './schema.ts';
import {
  atNode,
  type ClusterScope,
  type ClusterValues,
  componentScope,
  ownNodes,
} from './scope.ts';

/** A machine that took part in the first formation. */
export interface Founder {
  readonly ordinal: number;
  readonly incarnation: number;
}

/** What was settled for one recipe of a cluster, and is never computed again. */
export interface ComponentRecord {
  readonly founders: readonly Founder[];
  /** By name in the recipe. */
  readonly values: Readonly<Record<string, unknown>>;
  /** By name in the recipe, then by the ordinal of the node. */
  readonly nodes: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** What was settled for a cluster, by recipe. */
export type Recorded = Readonly<Record<string, ComponentRecord>>;

/**
 * What is settled already, completed by what is yet to be: a recipe without a record is founded by all of its nodes, and
 * a node without a value gets one. The nodes must be the real ones when this is to be kept.
 * @throws {SourceError} when a template has nothing to say for this cluster
 */
export function completeRecorded(
  composition: Pick<Composition, 'components'>,
  values: Pick<ClusterValues, 'cluster' | 'nodes' | 'formed'>,
  settled: Recorded,
): Recorded {
  const records: Record<string, ComponentRecord> = {};
  for (const component of composition.components) {
    const { name } = component.recipe;
    const founders = settled[name]?.founders ?? foundersNow(component, values.nodes);
    records[name] = settled[name] ?? { founders, values: {}, nodes: {} };
    for (const value of Object.keys(component.recipe.recorded)) {
      const scope = componentScope(component, composition, {
        ...values,
        recorded: records,
        secrets: {},
      });
      records[name] = withValue(component, records[name], value, scope, records);
    }
  }
  return records;
}

function withValue(
  component: Component,
  record: ComponentRecord,
  name: string,
  scope: ClusterScope,
  recorded: Recorded,
): ComponentRecord {
  const declared = component.recipe.recorded[name];
  if (declared === undefined) return record;
  if (declared.value === foundersValue) {
    return { ...record, values: { ...record.values, [name]: record.founders } };
  }
  const fill = (filling: object) =>
    fillAt(component.recipe.content, ['recorded', name, 'value'], filling);
  if (declared.scope === 'cluster') {
    const value = Object.hasOwn(record.values, name) ? record.values[name] : fill(scope);
    return { ...record, values: { ...record.values, [name]: value } };
  }
  const before = record.nodes[name] ?? {};
  const missing = scope.nodes.filter(({ ordinal }) => !Object.hasOwn(before, String(ordinal)));
  const added = missing.map(({ ordinal }) => [
    String(ordinal),
    fill(atNode(component, { recorded }, scope, ordinal)),
  ]);
  const own = { ...before, ...Object.fromEntries(added) };
  return { ...record, nodes: { ...record.nodes, [name]: own } };
}

function foundersNow(component: Component, nodes: ClusterValues['nodes']): readonly Founder[] {
  return ownNodes(component, { nodes, recorded: {}, formed: new Map() }).map(
    ({ ordinal, incarnation }) => ({
      ordinal,
      incarnation,
    }),
  );
}
