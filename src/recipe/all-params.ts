import type { Param } from './params.ts';
import type { Recipe } from './recipe.ts';

/** Every parameter of a recipe and of all that it uses, by its name in the cluster: `NAME`, or `RECIPE.NAME`. */
export function allParams(recipe: Pick<Recipe, 'params' | 'uses'>): ReadonlyMap<string, Param> {
  const params = new Map(Object.entries(recipe.params));
  const addUsed = ({ uses }: Pick<Recipe, 'uses'>): void => {
    for (const { recipe: used } of uses) {
      for (const [name, param] of Object.entries(used.params)) {
        params.set(`${used.name}.${name}`, param);
      }
      addUsed(used);
    }
  };
  addUsed(recipe);
  return params;
}

/** The names among {@link allParams} of those that one recipe sets for another that it uses. */
export function passedNames({ uses }: Pick<Recipe, 'uses'>): ReadonlySet<string> {
  const names = uses.flatMap(({ recipe: used, params }) => [
    ...params.map((name) => `${used.name}.${name}`),
    ...passedNames(used),
  ]);
  return new Set(names);
}
