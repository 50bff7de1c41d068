import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { SourceError, type SourceProblem } from '../errors.ts';
import { parseYaml, type YamlDocument } from '../yaml/parse.ts';
import { validate } from '../yaml/validate.ts';
import { buildRecipe } from './build.ts';
import { checkReferences } from './check-references.ts';
import { compileContent, fillAt, type RecipeContent } from './content.ts';
import type { Recipe } from './recipe.ts';
import { nameProblem } from './recipe-name.ts';
import { type RecipeDocument, type RecipeHead, RecipeHeadSchema, RecipeSchema } from './schema.ts';
import { type Nameable, sampleScope } from './scope.ts';
import { findRecipe, type RecipeSearch } from './search.ts';
import { explainStepKey } from './step-schema.ts';
import { readTemplateFiles } from './template-files.ts';
import { templatePlaces } from './template-places.ts';

/**
 * The recipe called `name`, checked as far as it can be without a cluster: its form, every name in every template,
 * what its parts say of each other, and a trial filling for every node of a sample cluster.
 *
 * @throws {UsageError} with code `unknown-recipe` when there is none of that name
 * @throws {SourceError} with everything that is wrong, each at its place
 */
export async function loadRecipe(name: string, search: RecipeSearch): Promise<Recipe> {
  const file = await findRecipe(name, search);
  const document = parseYaml(await readFile(file, 'utf8'), file);
  const head = readHead(document, file, search);
  const nameable = { ...head, name: head.recipe };
  const folder = path.join(path.dirname(path.dirname(file)), 'templates', name);
  const templateFiles = await readTemplateFiles(document, folder);
  const content = compileContent(document, templateFiles, templatePlaces(nameable));
  const filled = tryOnSamples(content, nameable);
  const contradictions = checkReferences(filled, document);
  if (contradictions.length > 0) throw new SourceError(contradictions);
  return buildRecipe(filled, content, file);
}

function readHead(document: YamlDocument, file: string, search: RecipeSearch): RecipeHead {
  const head = validate(RecipeHeadSchema, document.value, { locate: document.locate });
  if (!head.ok) throw new SourceError(head.problems);
  const location = document.locate(['recipe']);
  const { recipe } = head.value;
  const problem = nameProblem(recipe, search.verbs);
  if (problem !== undefined) {
    throw new SourceError([{ location, message: problem, hint: 'choose another name' }]);
  }
  const expected = path.basename(file, '.yml');
  if (recipe !== expected) {
    const message = `this recipe calls itself "${recipe}", its file ${expected}.yml`;
    throw new SourceError([{ location, message, hint: 'both must be the same' }]);
  }
  return head.value;
}

/** The document filled for the first node of a sample cluster, after it has proved right for every node. */
function tryOnSamples(content: RecipeContent, recipe: Nameable): RecipeDocument {
  const { nodes, ...cluster } = sampleScope(recipe);
  const { locate } = content.document;
  const problems = new Map<string, SourceProblem>();
  let document: RecipeDocument | undefined;
  for (const node of nodes) {
    const filled = fillAt(content, [], { ...cluster, nodes, node });
    const checked = validate(RecipeSchema, filled, { locate, explainKey: explainStepKey });
    if (checked.ok) document ??= checked.value;
    else for (const problem of checked.problems) problems.set(JSON.stringify(problem), problem);
  }
  if (problems.size > 0 || document === undefined) throw new SourceError([...problems.values()]);
  return document;
}
