import { type Artifact, ArtifactSchema, artifactKey } from '../artifacts/artifact.ts';
import type { YamlPath } from '../yaml/parse.ts';
import { isMap, valueAt } from '../yaml/value-at.ts';
import { filled } from './filled.ts';
import type { Recipe } from './recipe.ts';
import type { ChoiceScope } from './scope.ts';

/** An artifact of a recipe, and where it stands there. */
export interface PlacedArtifact {
  readonly artifact: Artifact;
  readonly at: YamlPath;
}

/**
 * Every artifact of the recipe, once each, filled for one cluster.
 *
 * @throws {SourceError} when what a template gave is not valid, at its place in the recipe
 */
export function resolveArtifacts(recipe: Recipe, scope: ChoiceScope): readonly PlacedArtifact[] {
  const found = new Map<string, PlacedArtifact>();
  for (const [index, { name }] of recipe.phases.entries()) {
    const steps = valueAt(recipe.content.document.value, ['phases', index, name, 'steps']);
    for (const [place, step] of (Array.isArray(steps) ? steps : []).entries()) {
      if (!isMap(step) || !('artifact' in step)) continue;
      const at = ['phases', index, name, 'steps', place, 'artifact'];
      const artifact = filled(recipe, at, ArtifactSchema, scope);
      const key = artifactKey(artifact);
      if (!found.has(key)) found.set(key, { artifact, at });
    }
  }
  return [...found.values()];
}
