import { isDeepStrictEqual } from 'node:util';
import {
  type Component,
  type ComponentPhase,
  type Composition,
  type CompositionWish,
  qualified,
} from './composition.ts';
import { countRoles, countUsedRoles, type RoleCounts } from './count-roles.ts';
import { fillParams } from './fill-params.ts';
import type { ParamValue } from './param-values.ts';
import { clash, passedParams, type User } from './passed-params.ts';
import type { Recipe } from './recipe.ts';

/**
 * The recipe with all that it uses, every choice made. A recipe that several others use is there once.
 * @throws {UsageError} `missing-setting`, `invalid-count`, or `passed-setting` for one that another recipe sets
 * @throws {SourceError} when two recipes want different things of one that both use, with both places
 */
export function composeRecipe(recipe: Recipe, wish: CompositionWish): Composition {
  const components = new Map<string, Component>();
  for (const each of usersFirst(recipe)) {
    const users = usesOf(each, components);
    components.set(each.name, users.length === 0 ? top(each, wish) : used(each, users, wish));
  }
  const inOrder = [...components.values()].toReversed();
  return { components: inOrder, phases: inOrder.flatMap((each) => phasesOf(each, recipe)) };
}

function usesOf({ name }: Recipe, components: ReadonlyMap<string, Component>): readonly User[] {
  return [...components.values()].toReversed().flatMap((component) =>
    component.recipe.uses.flatMap((use): User[] => {
      if (use.recipe.name !== name) return [];
      const location = component.recipe.content.document.locate(['uses', name], 'key');
      return [{ component, use, location }];
    }),
  );
}

function top(recipe: Recipe, { count, settings, settled }: CompositionWish): Component {
  const params = fillParams(recipe, '', new Map([...settled, ...settings]));
  const counts = countRoles(recipe, params, count);
  return { recipe, isTop: true, params, counts, passed: new Map() };
}

function used(recipe: Recipe, users: readonly User[], wish: CompositionWish): Component {
  const passed = passedParams(recipe, users, wish);
  const own = [...passed].map(([name, { value }]) => [`${recipe.name}.${name}`, value] as const);
  const settings = new Map([...wish.settled, ...wish.settings, ...own]);
  const params = fillParams(recipe, `${recipe.name}.`, settings);
  return { recipe, isTop: false, params, counts: sameCounts(recipe, users, params), passed };
}

function sameCounts(
  { name }: Recipe,
  users: readonly User[],
  params: Readonly<Record<string, ParamValue>>,
): RoleCounts {
  const counted = users.map((user) => {
    const { recipe, params: own, counts } = user.component;
    const using = { name: recipe.name, roles: recipe.roles, params: own, counts };
    return { user, counts: countUsedRoles(using, user.use, params) };
  });
  const [first, ...others] = counted;
  if (first === undefined) throw new RangeError(`nobody uses ${name}`);
  const other = others.find(({ counts }) => !isDeepStrictEqual(counts, first.counts));
  if (other === undefined) return first.counts;
  throw clash([first.user, other.user], `puts the roles of ${name} on other nodes than`);
}

/** Every recipe once, in front of those that it uses. */
function usersFirst(recipe: Recipe): readonly Recipe[] {
  const seen = new Map<string, Recipe>();
  const visit = (each: Recipe): void => {
    if (seen.has(each.name)) return;
    for (const { recipe: usedOne } of each.uses) visit(usedOne);
    seen.set(each.name, each);
  };
  visit(recipe);
  return [...seen.values()].toReversed();
}

/** In a cluster of several recipes each phase bears the name of its own before its name. */
function phasesOf(component: Component, top: Recipe): readonly ComponentPhase[] {
  const { recipe } = component;
  const named = (phase: string) => (top.uses.length === 0 ? phase : `${recipe.name}.${phase}`);
  return recipe.phases.map((phase) => ({
    ...phase,
    component,
    own: phase.name,
    name: named(phase.name),
    roles: phase.roles.map((role) => qualified(component, role)),
    service: phase.service && {
      ...phase.service,
      inputs: phase.service.inputs.map(named),
      reloads: phase.service.reloads.map(named),
      voters: phase.service.voters && qualified(component, phase.service.voters),
    },
  }));
}
