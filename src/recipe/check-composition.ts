import { isDeepStrictEqual } from 'node:util';
import { SourceError, type SourceProblem } from '../errors.ts';
import type { YamlPath } from '../yaml/parse.ts';
import type { Component } from './composition.ts';
import type { Recipe } from './recipe.ts';
import { sampleCluster } from './sample.ts';
import type { RecipeDocument } from './schema.ts';
import type { RecipeStep } from './step-schema.ts';
import { filledDocuments } from './try-on-sample.ts';

/** One thing that a recipe puts on a node. */
interface Claim {
  /** What only one recipe may have a say about, like `file /etc/hosts`. */
  readonly about: string;
  readonly wish: unknown;
  readonly recipe: Recipe;
  readonly path: YamlPath;
}

/**
 * Tries a recipe together with all that it uses on a sample cluster.
 * @throws {SourceError} when a used recipe is not right with what is passed to it, or two recipes want different things
 * of one file, user or service of a node, with both places
 */
export function checkComposition(recipe: Recipe): void {
  if (recipe.uses.length === 0) return;
  const sample = sampleCluster(recipe);
  const claims = sample.composition.components.flatMap((component) =>
    [...filledDocuments(component, sample)].map(
      ([ordinal, document]) => [ordinal, claimsOf(component, document)] as const,
    ),
  );
  const problems = new Map<string, SourceProblem>();
  for (const { ordinal } of sample.values.nodes) {
    const own = claims.flatMap(([at, some]) => (at === ordinal ? some : []));
    for (const problem of clashes(own)) problems.set(JSON.stringify(problem), problem);
  }
  if (problems.size > 0) throw new SourceError([...problems.values()]);
}

function claimsOf({ recipe }: Component, document: RecipeDocument): readonly Claim[] {
  return document.phases.flatMap((entry, index) =>
    Object.entries(entry).flatMap(([name, phase]) => {
      const at = ['phases', index, name];
      const steps = phase.steps.flatMap((step, place): Claim[] => {
        const about = subjectOf(step);
        const path = [...at, 'steps', place];
        return about === null ? [] : [{ about, wish: step, recipe, path }];
      });
      const { service } = phase;
      if (service === undefined) return steps;
      const about = `service ${service.name}`;
      return [...steps, { about, wish: [recipe.name, name], recipe, path: [...at, 'service'] }];
    }),
  );
}

/** What a step decides about for its whole node; null for steps that get along with any other. */
function subjectOf(step: RecipeStep): string | null {
  if ('file' in step) return `file ${step.file.path}`;
  if ('unit' in step) return `unit ${step.unit.name}`;
  if ('directory' in step) return `directory ${step.directory.path}`;
  if ('artifact' in step) return `artifact ${step.artifact.name}`;
  return 'user' in step ? `user ${step.user.name}` : null;
}

function* clashes(claims: readonly Claim[]): Generator<SourceProblem> {
  for (const [index, claim] of claims.entries()) {
    const other = claims
      .slice(0, index)
      .find((each) => each.about === claim.about && each.recipe !== claim.recipe);
    if (other === undefined || isDeepStrictEqual(other.wish, claim.wish)) continue;
    yield problemOf(other, claim);
    yield problemOf(claim, other);
  }
}

function problemOf({ about, recipe, path }: Claim, other: Claim): SourceProblem {
  return {
    location: recipe.content.document.locate(path),
    message: `${recipe.name} and ${other.recipe.name} both decide about ${about}, and not alike`,
    hint: 'leave it to one of them, or let a parameter make them agree',
  };
}
