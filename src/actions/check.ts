import { loadRecipe } from '../recipe/load.ts';
import { checkArtifacts } from './check-artifacts.ts';
import type { ActionContext, WorkspaceRequest } from './context.ts';
import { surroundingsOf } from './surroundings.ts';

/** Which recipe. */
export interface CheckRequest extends WorkspaceRequest {
  readonly recipe: string;
}

/** A recipe without faults, and how much of it there is. */
export interface CheckResult {
  readonly recipe: string;
  readonly file: string;
  readonly about: string;
  /** Names of the recipes that it uses, checked with it. */
  readonly uses: readonly string[];
  readonly phases: number;
  readonly proofs: number;
}

/**
 * Checks a recipe with all its templates and lock files, and touches nothing outside.
 * @throws {SourceError} with every problem and its place
 */
export async function check(request: CheckRequest, context: ActionContext): Promise<CheckResult> {
  const { search } = await surroundingsOf(request, context);
  const recipe = await loadRecipe(request.recipe, search);
  await checkArtifacts(recipe);
  const { name, file, about, uses, phases, proofs } = recipe;
  return {
    ...{ recipe: name, file, about },
    uses: uses.map(({ recipe }) => recipe.name),
    ...{ phases: phases.length, proofs: proofs.length },
  };
}
