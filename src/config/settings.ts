import { SourceError, UsageError } from '../errors.ts';
import { describeParam, fits, type Param, type ParamValue } from '../recipe/params.ts';
import type { Recipe } from '../recipe/recipe.ts';
import { suggestion } from '../suggest.ts';
import { parseYaml } from '../yaml/parse.ts';
import { ownEntry } from '../yaml/value-at.ts';

/**
 * The values that `--set key=value` flags give, by parameter; a later flag wins over an earlier one.
 *
 * Values are read as YAML, so that `3` is a number and `[a, b]` a list; a parameter that takes text takes it as it is.
 *
 * @throws {UsageError} with code `invalid-setting` when a flag does not fit the recipe's parameters
 */
export function parseSettings(
  recipe: Pick<Recipe, 'name' | 'params'>,
  flags: readonly string[],
): ReadonlyMap<string, ParamValue> {
  return new Map(flags.map((flag) => parseSetting(recipe, flag)));
}

/** What was set in an earlier run, as far as the recipe still has such parameters and they still take such values. */
export function stillFitting(
  recipe: Pick<Recipe, 'params'>,
  remembered: Readonly<Record<string, unknown>>,
): ReadonlyMap<string, ParamValue> {
  const fitting = new Map<string, ParamValue>();
  for (const [name, value] of Object.entries(remembered)) {
    const param = ownEntry(recipe.params, name);
    if (param !== undefined && fits(param, value)) fitting.set(name, value);
  }
  return fitting;
}

/**
 * A value for every parameter of the recipe: what was set, else its default.
 *
 * @throws {UsageError} with code `missing-setting` when a parameter has neither
 */
export function fillParams(
  recipe: Pick<Recipe, 'name' | 'params'>,
  settings: ReadonlyMap<string, ParamValue>,
): Readonly<Record<string, ParamValue>> {
  const values = Object.entries(recipe.params).map(([name, param]) => {
    const value = settings.get(name) ?? param.default;
    if (value !== undefined) return [name, value] as const;
    throw new UsageError(
      'missing-setting',
      `recipe ${recipe.name} needs a value for "${name}" (${param.about})`,
      {
        hint: `give it with --set ${name}=…: ${describeParam(param)}`,
      },
    );
  });
  return Object.fromEntries(values);
}

function parseSetting(recipe: Pick<Recipe, 'name' | 'params'>, flag: string): [string, ParamValue] {
  const split = flag.indexOf('=');
  if (split < 1) {
    throw new UsageError('invalid-setting', `--set ${flag}: expected key=value`, {
      hint: 'for example --set clientPort=2182',
    });
  }
  const name = flag.slice(0, split);
  const param = ownEntry(recipe.params, name);
  if (param === undefined) {
    throw new UsageError(
      'invalid-setting',
      `--set ${name}: recipe ${recipe.name} has no such parameter`,
      {
        hint: suggestion(name, Object.keys(recipe.params), 'parameters'),
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
