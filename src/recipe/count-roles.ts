import { UsageError } from '../errors.ts';
import type { ParamValue } from './param-values.ts';
import type { Recipe, Role, Use } from './recipe.ts';
import type { Count } from './role-schema.ts';

type Params = Readonly<Record<string, ParamValue>>;
type Counted = Pick<Recipe, 'name' | 'roles'>;

/** How many nodes hold each role, by its name; they are the ones with the smallest ordinals. */
export type RoleCounts = Readonly<Record<string, number>>;

/**
 * How many nodes each role of the recipe has when the cluster has `asked` nodes (its own number when undefined).
 *
 * The roles with the recipe's largest count span all nodes; smaller ones keep their count.
 *
 * @throws {UsageError} with code `invalid-count` when a role cannot have that many
 */
export function countRoles(recipe: Counted, params: Params, asked: number | undefined): RoleCounts {
  const all = asked ?? largestCount(recipe);
  return mapRoles(recipe, (name, role) => {
    const count = countIn(recipe, role.count, params, all);
    const refused = whyNotCount(name, role, count);
    if (refused === undefined) return count;
    const message = `${recipe.name} ${refused.message}`;
    throw new UsageError('invalid-count', message, { hint: refused.hint });
  });
}

/**
 * How many nodes each role of a used recipe has.
 * @param using the recipe that uses it, with the nodes of its own roles
 * @param params of the used recipe
 * @throws {UsageError} with code `invalid-count` when a role cannot have that many
 */
export function countUsedRoles(
  using: Counted & { readonly params: Params; readonly counts: RoleCounts },
  { recipe, roles: mappings }: Pick<Use, 'recipe' | 'roles'>,
  params: Params,
): RoleCounts {
  return mapRoles(recipe, (name, role) => {
    const mapping = mappings[name];
    const all = using.counts[mapping?.on ?? ''] ?? 0;
    const count =
      mapping?.count === undefined
        ? countIn(recipe, role.count, params, all)
        : atMost(mapping.count, using.params, all);
    const refused = whyNotCount(name, role, count);
    if (refused === undefined) return count;
    const message = `${recipe.name}, which ${using.name} uses, ${refused.message}`;
    throw new UsageError('invalid-count', message, { hint: refused.hint });
  });
}

/** The number of nodes that a recipe has when nobody asks for another one. */
function largestCount({ roles }: Pick<Recipe, 'roles'>): number {
  const counts = Object.values(roles).map(({ count }) => (typeof count === 'number' ? count : 1));
  return Math.max(...counts);
}

function countIn(recipe: Counted, count: Count, params: Params, all: number): number {
  return count === largestCount(recipe) ? all : atMost(count, params, all);
}

function atMost(count: Count, params: Params, all: number): number {
  if (typeof count === 'number') return Math.min(count, all);
  const { oddUpTo } = count;
  const bound = typeof oddUpTo === 'number' ? oddUpTo : Number(params[oddUpTo]);
  const most = Math.min(bound, all);
  return most % 2 === 1 ? most : most - 1;
}

function mapRoles({ roles }: Counted, countOf: (name: string, role: Role) => number): RoleCounts {
  return Object.fromEntries(
    Object.entries(roles).map(([name, role]) => [name, countOf(name, role)]),
  );
}

function whyNotCount(
  name: string,
  role: Role,
  count: number,
): { message: string; hint: string } | undefined {
  const most = role.max ?? Number.POSITIVE_INFINITY;
  if (!Number.isInteger(count) || count < role.min) {
    return {
      message: `needs at least ${role.min} ${plural(name, role.min)}, not ${count}`,
      hint: `use -n ${role.min} or more`,
    };
  }
  if (count > most) {
    return {
      message: `takes at most ${most} ${plural(name, most)}, not ${count}`,
      hint: `use -n ${most} or fewer`,
    };
  }
  if (!role.odd || count % 2 === 1) return undefined;
  const possible = [count - 1, count + 1].filter((each) => each >= role.min && each <= most);
  return {
    message: `needs an odd number of ${plural(name, 2)}: ${count} tolerate no more failures than ${count - 1}`,
    hint: `use ${possible.map((each) => `-n ${each}`).join(' or ')}`,
  };
}

function plural(role: string, count: number): string {
  return count === 1 ? role : `${role}s`;
}
