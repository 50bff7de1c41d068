import type { z } from 'zod';
import type { SourceLocation, SourceProblem } from '../errors.ts';
import { suggestion } from '../suggest.ts';
import { alternatives, expectation, type Issue, type UnionIssue } from './expectation.ts';
import type { Half, YamlPath } from './parse.ts';
import { knownKeys, schemasAt } from './schema-walk.ts';
import { isMap, valueAt } from './value-at.ts';

/** How {@link validate} finds places, and what it may say about keys that used to exist. */
export interface ValidateOptions {
  readonly locate: (path: YamlPath, half?: Half) => SourceLocation;
  /** A hint for an unknown key that deserves better than the nearest known one, such as a renamed key. */
  readonly explainKey?: (key: string, path: YamlPath) => string | undefined;
}

/** The checked value, or every reason why there is none. */
export type Validated<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problems: readonly SourceProblem[] };

/**
 * `value` as `schema` reads it, or what is wrong with it, each problem at its place in the file.
 *
 * Messages say what was expected and never repeat a value: it may be a secret, and the place shows it anyway.
 */
export function validate<S extends z.ZodType>(
  schema: S,
  value: unknown,
  options: ValidateOptions,
): Validated<z.infer<S>> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return { ok: true, value: parsed.data };
  const context = { schema, value, ...options };
  return {
    ok: false,
    problems: parsed.error.issues.flatMap((issue) => problemsOf(issue, [], context)),
  };
}

interface Context extends ValidateOptions {
  readonly schema: z.ZodType;
  readonly value: unknown;
}

function problemsOf(issue: Issue, base: YamlPath, context: Context): SourceProblem[] {
  const path = [...base, ...issue.path.map((step) => (typeof step === 'symbol' ? '' : step))];
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => unknownKey(key, path, context));
  }
  if (issue.code === 'invalid_union') return unionProblems(issue, path, context);
  if (valueAt(context.value, path) === undefined) return [missingKey(path, context)];
  const half = issue.code === 'invalid_key' ? 'key' : 'value';
  return [
    { location: context.locate(path, half), ...expectation(issue, valueAt(context.value, path)) },
  ];
}

function unknownKey(key: string, path: YamlPath, context: Context): SourceProblem {
  const location = context.locate([...path, key], 'key');
  const known = knownKeys(context.schema, path);
  if (known.includes(key)) {
    return { location, message: `"${key}" cannot stand beside the other keys of this map` };
  }
  const hint = context.explainKey?.(key, path) ?? suggestion(key, known, 'known keys here');
  return { location, message: `unknown key "${key}"`, hint };
}

function missingKey(path: YamlPath, context: Context): SourceProblem {
  const description = schemasAt(context.schema, path).find((each) => each.description)?.description;
  return {
    location: context.locate(path, 'key'),
    message: `missing "${path.at(-1) ?? ''}"`,
    ...(description === undefined ? {} : { hint: `${path.at(-1)}: ${description}` }),
  };
}

/** A union's failure told for the alternative that the writer most likely meant. */
function unionProblems(issue: UnionIssue, path: YamlPath, context: Context): SourceProblem[] {
  const value = valueAt(context.value, path);
  if (value === undefined) return [missingKey(path, context)];
  const meant = issue.errors.find((branch) => branch.every((each) => isInside(each, value)));
  if (meant !== undefined) return meant.flatMap((each) => problemsOf(each, path, context));
  if (!isMap(value))
    return [{ location: context.locate(path), message: alternatives(issue, value) }];

  const known = knownKeys(context.schema, path);
  const unknown = Object.keys(value).filter((key) => !known.includes(key));
  if (unknown.length > 0) return unknown.map((key) => unknownKey(key, path, context));
  if (Object.keys(value).length === 0) {
    return [
      { location: context.locate(path), message: `expected one of the keys ${known.join(', ')}` },
    ];
  }
  const [closest] = issue.errors
    .filter((branch) =>
      branch.every((each) => each.code !== 'invalid_type' || each.path.length > 0),
    )
    .sort((a, b) => a.length - b.length);
  if (closest !== undefined) return closest.flatMap((each) => problemsOf(each, path, context));
  return [{ location: context.locate(path), message: alternatives(issue, value) }];
}

/** Whether the issue lies within what the writer wrote, so that its alternative was the one meant. */
function isInside(issue: Issue, value: unknown): boolean {
  return issue.path.length > 0 && valueAt(value, issue.path.slice(0, 1)) !== undefined;
}
