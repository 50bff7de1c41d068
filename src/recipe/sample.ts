import { composeRecipe } from './compose.ts';
import { type Composition, qualified } from './composition.ts';
import { type ParamValue, sampleValue } from './param-values.ts';
import type { Recipe } from './recipe.ts';
import { completeRecorded } from './recorded.ts';
import type { ClusterValues, NodeScope } from './scope.ts';

/** A cluster that does not exist, to try a recipe's templates on. */
export interface Sample {
  readonly composition: Composition;
  readonly values: ClusterValues;
}

/** A cluster that does not exist (RFC 5737 addresses, default parameters) of a recipe and all that it uses. */
export function sampleCluster(recipe: Recipe): Sample {
  const name = `${recipe.name}-default`;
  const cluster = { name, uid: 'sample', recipe: recipe.name, profile: 'default' };
  const settled = new Map(sampleParams(recipe, ''));
  const composition = composeRecipe(recipe, {
    count: undefined,
    settings: new Map(),
    settled,
    cluster: { name, recipe: recipe.name, profile: 'default' },
  });
  const nodes = sampleNodes(composition, name);
  const formed = new Map();
  const recorded = completeRecorded(composition, { cluster, nodes, formed }, {});
  const secrets = composition.components.map(({ recipe: each }) => [
    each.name,
    Object.fromEntries(Object.keys(each.secrets).map((secret) => [secret, 'secret'])),
  ]);
  const values = { cluster, nodes, recorded, formed, secrets: Object.fromEntries(secrets) };
  return { composition, values };
}

/** A value for each parameter that has none of its own, as what is settled: whatever else is set counts instead. */
function sampleParams(recipe: Recipe, prefix: string): [name: string, value: ParamValue][] {
  const own = Object.entries(recipe.params).flatMap(([name, param]): [string, ParamValue][] =>
    param.default === undefined ? [[`${prefix}${name}`, sampleValue(param)]] : [],
  );
  return [
    ...own,
    ...recipe.uses.flatMap(({ recipe: used }) => sampleParams(used, `${used.name}.`)),
  ];
}

function sampleNodes({ components }: Composition, cluster: string): readonly NodeScope[] {
  const counts = components.flatMap((component) =>
    Object.entries(component.counts).map(
      ([role, count]) => [qualified(component, role), count] as const,
    ),
  );
  const size = Math.max(...counts.map(([, count]) => count));
  return Array.from({ length: size }, (_, index) => {
    const ordinal = index + 1;
    const roles = counts.filter(([, count]) => ordinal <= count).map(([role]) => role);
    return sampleNode(`${cluster}-${ordinal}`, ordinal, roles);
  });
}

function sampleNode(name: string, ordinal: number, roles: readonly string[]): NodeScope {
  return {
    ordinal,
    name,
    address: `192.0.2.${ordinal % 255}`,
    publicAddress: `198.51.100.${ordinal % 255}`,
    zone: 'zone-a',
    roles,
    facts: { memoryMib: 4096, cpus: 2 },
    founder: true,
    incarnation: 1,
    replaces: null,
  };
}
