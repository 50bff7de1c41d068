import { isDeepStrictEqual } from 'node:util';
import { SourceError, type SourceLocation, UsageError } from '../errors.ts';
import type { Component, CompositionWish } from './composition.ts';
import { fillAt } from './content.ts';
import { describeParam, fits, type ParamItem, type ParamValue } from './param-values.ts';
import type { Recipe, Use } from './recipe.ts';

/** A recipe that uses another one, and how. */
export interface User {
  readonly component: Component;
  readonly use: Use;
  /** Where it says so. */
  readonly location: SourceLocation;
}

/** A parameter of a used recipe that another recipe sets. */
export interface PassedParam {
  readonly value: ParamValue;
  /** Name of the recipe that sets it. */
  readonly by: string;
  /** Where it does. */
  readonly location: SourceLocation;
}

/**
 * What the users of a recipe set of its parameters, by name. Lists that are gathered are joined.
 * @throws {SourceError} when a value does not fit, or two recipes set different ones, with both places
 * @throws {UsageError} `passed-setting` when the command line sets it as well
 */
export function passedParams(
  recipe: Recipe,
  users: readonly User[],
  { settings, cluster }: Pick<CompositionWish, 'settings' | 'cluster'>,
): ReadonlyMap<string, PassedParam> {
  const passed = new Map<string, PassedParam>();
  for (const user of users) {
    for (const name of user.use.params) {
      const own = passedBy(user, recipe, name, cluster);
      const setting = settings.get(`${recipe.name}.${name}`);
      if (setting !== undefined && !isDeepStrictEqual(setting, own.value)) {
        throw alreadyPassed(recipe, name, own);
      }
      const before = passed.get(name);
      passed.set(name, before === undefined ? own : joined(recipe, name, before, own));
    }
  }
  return passed;
}

/** The error of two recipes that want different things of a third. */
export function clash(
  users: readonly [Pick<User, 'component' | 'location'>, Pick<User, 'component' | 'location'>],
  what: string,
): SourceError {
  const names = users.map(({ component }) => component.recipe.name);
  return new SourceError(
    users.map(({ location }, index) => ({
      location,
      message: `${names[index]} ${what} ${names[1 - index]}`,
      hint: 'both are part of one cluster, so they must want the same',
    })),
  );
}

function passedBy(
  { component, use }: User,
  recipe: Recipe,
  name: string,
  cluster: CompositionWish['cluster'],
): PassedParam {
  const { content, name: by } = component.recipe;
  const path = ['uses', use.recipe.name, 'params', name];
  const value = fillAt(content, path, { params: component.params, cluster });
  const location = content.document.locate(path);
  const param = recipe.params[name];
  if (param !== undefined && fits(param, value)) return { value, by, location };
  const expected = param === undefined ? 'another name' : describeParam(param);
  throw new SourceError([{ location, message: `${recipe.name}.${name}: expected ${expected}` }]);
}

function joined(
  { name: recipe, params }: Recipe,
  name: string,
  before: PassedParam,
  own: PassedParam,
): PassedParam {
  if (isDeepStrictEqual(before.value, own.value)) return before;
  if (params[name]?.gather === true) {
    const value = [...itemsOf(before.value), ...itemsOf(own.value)];
    return { ...before, value };
  }
  throw new SourceError(
    [before, own].map(({ by, location }, index) => ({
      location,
      message: `${by} sets ${recipe}.${name} to another value than ${[own, before][index]?.by}`,
      hint: `${recipe} is part of the cluster once, for both: let them agree`,
    })),
  );
}

function itemsOf(value: ParamValue): readonly ParamItem[] {
  return typeof value === 'object' ? value : [];
}

function alreadyPassed({ name: recipe }: Recipe, name: string, passed: PassedParam): UsageError {
  const { file, line } = passed.location;
  const message = `--set ${recipe}.${name}: recipe ${passed.by} sets it already (${file}:${line})`;
  return new UsageError('passed-setting', message, {
    hint: `set what ${passed.by} takes for it: \`deployer config ${passed.by}\` lists its parameters`,
  });
}
