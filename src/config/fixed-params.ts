import { isDeepStrictEqual } from 'node:util';
import { UsageError } from '../errors.ts';
import { type Composition, qualified } from '../recipe/composition.ts';
import type { ParamValue } from '../recipe/param-values.ts';

/** The parameters that may not change any more once a cluster has begun to form, by their names in it. */
export function fixedParams({ components }: Composition): ReadonlyMap<string, ParamValue> {
  const fixed = components.flatMap((component) =>
    Object.entries(component.recipe.params).flatMap(([name, { fixed: reason }]) => {
      const value = component.params[name];
      if (reason === undefined || value === undefined) return [];
      return [[qualified(component, name), value] as const];
    }),
  );
  return new Map(fixed);
}

/**
 * Makes sure that nothing changes which may not change any more.
 * @param settled what such parameters were when the cluster began to form
 * @throws {UsageError} with code `fixed-setting` and the reason that the recipe gives
 */
export function assertFixed(
  composition: Composition,
  settled: ReadonlyMap<string, ParamValue>,
  cluster: string,
): void {
  for (const [name, value] of fixedParams(composition)) {
    const before = settled.get(name);
    if (before === undefined || isDeepStrictEqual(before, value)) continue;
    const what = `${name} of ${cluster} is ${JSON.stringify(before)} and cannot become ${JSON.stringify(value)}`;
    throw new UsageError('fixed-setting', `${what}: ${reasonFor(composition, name)}`, {
      hint: `Leave it as it is, or create another cluster beside it with --name.`,
    });
  }
}

function reasonFor({ components }: Composition, name: string): string {
  const reasons = components.flatMap((component) =>
    Object.entries(component.recipe.params).flatMap(([own, { fixed }]) =>
      qualified(component, own) === name && fixed !== undefined ? [fixed] : [],
    ),
  );
  return reasons.join('; ');
}
