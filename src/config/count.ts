import { UsageError } from '../errors.ts';
import type { Recipe, Role } from '../recipe/recipe.ts';

/**
 * How many nodes each role of the recipe has when the cluster has `asked` nodes (its own number when undefined).
 *
 * The roles with the recipe's largest count span all nodes; smaller ones keep their count.
 *
 * @throws {UsageError} with code `invalid-count` when a role cannot have that many
 */
export function countRoles(
  recipe: Pick<Recipe, 'name' | 'roles'>,
  asked: number | undefined,
): Readonly<Record<string, number>> {
  const roles = Object.entries(recipe.roles);
  const largest = Math.max(...roles.map(([, role]) => role.count));
  const counts = roles.map(([name, role]) => {
    const count = asked === undefined || role.count < largest ? role.count : asked;
    const refused = whyNotCount(recipe.name, name, role, Math.min(count, asked ?? count));
    if (refused !== undefined)
      throw new UsageError('invalid-count', refused.message, { hint: refused.hint });
    return [name, Math.min(count, asked ?? count)] as const;
  });
  return Object.fromEntries(counts);
}

function whyNotCount(
  recipe: string,
  name: string,
  role: Role,
  count: number,
): { message: string; hint: string } | undefined {
  const most = role.max ?? Number.POSITIVE_INFINITY;
  if (!Number.isInteger(count) || count < role.min) {
    return {
      message: `${recipe} needs at least ${role.min} ${plural(name, role.min)}, not ${count}`,
      hint: `use -n ${role.min} or more`,
    };
  }
  if (count > most) {
    return {
      message: `${recipe} takes at most ${most} ${plural(name, most)}, not ${count}`,
      hint: `use -n ${most} or fewer`,
    };
  }
  if (!role.odd || count % 2 === 1) return undefined;
  const possible = [count - 1, count + 1].filter((each) => each >= role.min && each <= most);
  return {
    message: `${recipe} needs an odd number of ${plural(name, 2)}: ${count} tolerate no more failures than ${count - 1}`,
    hint: `use ${possible.map((each) => `-n ${each}`).join(' or ')}`,
  };
}

function plural(role: string, count: number): string {
  return count === 1 ? role : `${role}s`;
}
