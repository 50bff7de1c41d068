import type { RoleCounts } from './count-roles.ts';
import type { ParamValue } from './param-values.ts';
import type { PassedParam } from './passed-params.ts';
import type { Phase, Recipe } from './recipe.ts';
import type { ChoiceScope } from './scope.ts';

/** One recipe of a cluster, with all that is chosen about it. */
export interface Component {
  readonly recipe: Recipe;
  /** Whether it is the recipe that was asked for, not one that this or another one uses. */
  readonly isTop: boolean;
  readonly params: Readonly<Record<string, ParamValue>>;
  /** How many nodes hold each of its roles: those with the smallest ordinals. */
  readonly counts: RoleCounts;
  /** Parameters that other recipes set, with what sets them. */
  readonly passed: ReadonlyMap<string, PassedParam>;
}

/** A phase of a cluster, under names that no other one of the cluster has. */
export interface ComponentPhase extends Phase {
  readonly component: Component;
  /** What its own recipe calls it. */
  readonly own: string;
}

/** All recipes that a cluster is made of. */
export interface Composition {
  /** Each recipe once, behind those that it uses; the one that was asked for is the last. */
  readonly components: readonly Component[];
  /** The phases of all of them, in the same order. */
  readonly phases: readonly ComponentPhase[];
}

/** What is chosen about a cluster before its recipes are composed. */
export interface CompositionWish {
  /** How many nodes; the recipe's own number when undefined. */
  readonly count: number | undefined;
  /** Parameters that were set, those of used recipes as `RECIPE.NAME`. */
  readonly settings: ReadonlyMap<string, ParamValue>;
  /** Parameters that may not change any more, in the same way; they count where nothing else is set. */
  readonly settled: ReadonlyMap<string, ParamValue>;
  readonly cluster: ChoiceScope['cluster'];
}

/** What something of a component is called in its cluster: `NAME`, or `RECIPE.NAME` if the recipe is a used one. */
export function qualified(
  { recipe, isTop }: Pick<Component, 'recipe' | 'isTop'>,
  name: string,
): string {
  return isTop ? name : `${recipe.name}.${name}`;
}

/** How many nodes hold each role of a cluster, by the role's name in it; those of the recipe asked for come first. */
export function allRoleCounts({ components }: Composition): RoleCounts {
  const counts = components
    .toReversed()
    .flatMap((component) =>
      Object.entries(component.counts).map(([role, count]) => [qualified(component, role), count]),
    );
  return Object.fromEntries(counts);
}

/** The recipe that the cluster was asked for by. */
export function topOf({ components }: Composition): Component {
  const last = components.at(-1);
  if (last === undefined) throw new RangeError('a composition has at least one recipe');
  return last;
}

/** The systems that all recipes of the cluster were made for. */
export function supportedBy({ components }: Composition): readonly string[] {
  const [first = [], ...others] = components.map(({ recipe }) => recipe.supports);
  return first.filter((system) => others.every((each) => each.includes(system)));
}
