import { SourceError, UsageError } from '../errors.ts';
import { allParams, passedNames } from '../recipe/all-params.ts';
import { describeParam, fits, type ParamValue } from '../recipe/param-values.ts';
import type { Param } from '../recipe/params.ts';
import type { Recipe } from '../recipe/recipe.ts';
import { suggestion } from '../suggest.ts';
import { parseYaml } from '../yaml/parse.ts';

/**
 * The values that `--set key=value` flags give, by parameter; a later flag wins over an earlier one. Parameters of a recipe
 * that is used are called `RECIPE.NAME`.
 *
 * Values are read as YAML, so that `3` is a number and `[a, b]` a list; a parameter that takes text takes it as it is.
 *
 * @throws {UsageError} with code `invalid-setting` when a flag does not fit the recipe's parameters
 */
export function parseSettings(
  recipe: Parameterised,
  flags: readonly string[],
): ReadonlyMap<string, ParamValue> {
  const params = allParams(recipe);
  return new Map(flags.map((flag) => parseSetting(recipe.name, params, flag)));
}

/** What was set in an earlier run, as far as the recipe still has such parameters and they still take such values. */
export function stillFitting(
  recipe: Parameterised,
  remembered: Readonly<Record<string, unknown>>,
): ReadonlyMap<string, ParamValue> {
  const params = allParams(recipe);
  const fitting = new Map<string, ParamValue>();
  for (const [name, value] of Object.entries(remembered)) {
    const param = params.get(name);
    if (param !== undefined && fits(param, value)) fitting.set(name, value);
  }
  return fitting;
}

/**
 * What was set in an earlier run, as far as it still can be: not what a recipe sets for another that it uses by now,
 * since nobody has said anything against that.
 */
export function stillSettable(
  recipe: Parameterised,
  remembered: Readonly<Record<string, unknown>>,
): ReadonlyMap<string, ParamValue> {
  const passed = passedNames(recipe);
  return new Map([...stillFitting(recipe, remembered)].filter(([name]) => !passed.has(name)));
}

type Parameterised = Pick<Recipe, 'name' | 'params' | 'uses'>;

function parseSetting(
  recipe: string,
  params: ReadonlyMap<string, Param>,
  flag: string,
): [string, ParamValue] {
  const split = flag.indexOf('=');
  if (split < 1) {
    throw new UsageError('invalid-setting', `--set ${flag}: expected key=value`, {
      hint: 'for example --set clientPort=2182',
    });
  }
  const name = flag.slice(0, split);
  const param = params.get(name);
  if (param === undefined) {
    throw new UsageError(
      'invalid-setting',
      `--set ${name}: recipe ${recipe} has no such parameter`,
      {
        hint: suggestion(name, [...params.keys()], 'parameters'),
      },
    );
  }
  return [name, readValue(name, param, flag.slice(split + 1))];
}

function readValue(name: string, param: Param, text: string): ParamValue {
  const value = param.type === 'string' ? text : asYaml(text);
  if (fits(param, value)) return value;
  throw new UsageError('invalid-setting', `--set ${name}: expected ${describeParam(param)}`, {
    hint: `${name}: ${param.about}`,
  });
}

function asYaml(text: string): unknown {
  try {
    return parseYaml(text, '--set').value;
  } catch (error) {
    if (error instanceof SourceError) return undefined;
    throw error;
  }
}
