import { UsageError } from '../errors.ts';
import { completed, describeParam, type ParamValue } from './param-values.ts';
import type { Recipe } from './recipe.ts';

/**
 * A value for every parameter of the recipe: what was set, else its default.
 * @param prefix what stands before a parameter's name in `settings` and on the command line
 * @throws {UsageError} with code `missing-setting` when a parameter has neither
 */
export function fillParams(
  recipe: Pick<Recipe, 'name' | 'params'>,
  prefix: string,
  settings: ReadonlyMap<string, ParamValue>,
): Readonly<Record<string, ParamValue>> {
  const values = Object.entries(recipe.params).map(([name, param]) => {
    const value = settings.get(`${prefix}${name}`) ?? param.default;
    if (value !== undefined) return [name, completed(param, value)] as const;
    const message = `recipe ${recipe.name} needs a value for "${name}" (${param.about})`;
    throw new UsageError('missing-setting', message, {
      hint: `give it with --set ${prefix}${name}=…: ${describeParam(param)}`,
    });
  });
  return Object.fromEntries(values);
}
