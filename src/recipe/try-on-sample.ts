import { SourceError, type SourceProblem } from '../errors.ts';
import { validate } from '../yaml/validate.ts';
import { type Component, topOf } from './composition.ts';
import { fillAt } from './content.ts';
import type { Recipe } from './recipe.ts';
import { type Sample, sampleCluster } from './sample.ts';
import { type RecipeDocument, RecipeSchema } from './schema.ts';
import { atNode, componentScope } from './scope.ts';
import { explainStepKey } from './step-schema.ts';

/**
 * The recipe's document filled for the first node of a sample cluster, after it has proved right for every node.
 * @throws {SourceError} with everything that it is refused for
 */
export function tryOnSample(recipe: Recipe): RecipeDocument {
  const sample = sampleCluster(recipe);
  const [first] = filledDocuments(topOf(sample.composition), sample).values();
  if (first === undefined) throw new RangeError(`no node has a role of ${recipe.name}`);
  return first;
}

/** The document of a component as each node of the sample that holds a role of it fills it, by ordinal. */
export function filledDocuments(
  component: Component,
  { composition, values }: Sample,
): ReadonlyMap<number, RecipeDocument> {
  const { recipe } = component;
  const { locate } = recipe.content.document;
  const scope = componentScope(component, composition, values);
  const problems = new Map<string, SourceProblem>();
  const documents = new Map<number, RecipeDocument>();
  for (const { ordinal } of scope.nodes) {
    const own = { ...atNode(component, values, scope, ordinal), nonce: 'sample' };
    const filled = fillAt(recipe.content, [], own);
    const checked = validate(RecipeSchema, filled, { locate, explainKey: explainStepKey });
    if (checked.ok) documents.set(ordinal, checked.value);
    else for (const problem of checked.problems) problems.set(JSON.stringify(problem), problem);
  }
  if (problems.size > 0) throw new SourceError([...problems.values()]);
  return documents;
}
