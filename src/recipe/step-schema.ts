import { z } from 'zod';
import { type Artifact, ArtifactSchema } from '../artifacts/artifact.ts';
import { type Step, stepKinds } from '../node/step-kinds.ts';

/** A step of a recipe, filled for one node: what a node is told, but for artifacts, which are settled for all nodes. */
export type RecipeStep =
  | Exclude<Step, { readonly artifact: unknown } | { readonly service: unknown }>
  | { readonly artifact: Artifact };

/**
 * One step as a recipe writes it: a map whose only key is the kind.
 *
 * Built from the table of step kinds, so that a new kind needs no line here; but as a union of maps, so that a
 * problem inside a step is known with its place. `service` is left out: a phase has its own, with derived inputs.
 */
export const RecipeStepSchema = z
  .union(
    Object.entries(stepKinds)
      .filter(([name]) => name !== 'service')
      .map(([name, kind]) =>
        z.strictObject({ [name]: name === 'artifact' ? ArtifactSchema : kind.schema }),
      ),
  )
  .pipe(z.custom<RecipeStep>());

/** Why a key that a recipe writer may well try is not known, for {@link validate}. */
export function explainStepKey(key: string, path: readonly PropertyKey[]): string | undefined {
  if (key !== 'service' || path.at(-2) !== 'steps') return undefined;
  return "write it as the phase's own `service:`, beside `steps:`; its inputs are derived";
}
