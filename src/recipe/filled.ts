import { z } from 'zod';
import { SourceError } from '../errors.ts';
import type { YamlPath } from '../yaml/parse.ts';
import { validate } from '../yaml/validate.ts';
import { fillAt } from './content.ts';
import type { Recipe } from './recipe.ts';
import { explainStepKey } from './step-schema.ts';

/**
 * The part of the recipe at `path`, filled from `scope` and checked.
 *
 * @throws {SourceError} when it does not fit the schema, at its place in the recipe
 */
export function filled<S extends z.ZodType>(
  recipe: Recipe,
  path: YamlPath,
  schema: S,
  scope: object,
): z.infer<S> {
  return checked(recipe, path, schema, fillAt(recipe.content, path, scope));
}

/** As {@link filled}, but only of those keys of the map at `path` that `fields` has. */
export function filledFields<Fields extends z.ZodRawShape>(
  recipe: Recipe,
  path: YamlPath,
  fields: Fields,
  scope: object,
): z.infer<z.ZodObject<Fields>> {
  const values = Object.keys(fields).map((key) => [
    key,
    fillAt(recipe.content, [...path, key], scope),
  ]);
  const present = values.filter(([, value]) => value !== undefined);
  return checked(recipe, path, z.object(fields), Object.fromEntries(present));
}

function checked<S extends z.ZodType>(
  recipe: Recipe,
  path: YamlPath,
  schema: S,
  value: unknown,
): z.infer<S> {
  const result = validate(schema, value, {
    locate: (inner, half) => recipe.content.document.locate([...path, ...inner], half),
    explainKey: (key, inner) => explainStepKey(key, [...path, ...inner]),
  });
  if (!result.ok) throw new SourceError(result.problems);
  return result.value;
}
