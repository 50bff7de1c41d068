import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { SourceError, type SourceLocation, type SourceProblem } from '../errors.ts';
import { suggestion } from '../suggest.ts';
import { parseYaml, type YamlDocument } from '../yaml/parse.ts';
import { validate } from '../yaml/validate.ts';
import { buildRecipe, draftRecipe } from './build.ts';
import { checkComposition } from './check-composition.ts';
import { checkReferences } from './check-references.ts';
import { checkUses } from './check-uses.ts';
import { compileContent } from './content.ts';
import type { Recipe } from './recipe.ts';
import { nameProblem } from './recipe-name.ts';
import { type RecipeHead, RecipeHeadSchema } from './schema.ts';
import { findRecipe, findRecipes, type RecipeSearch } from './search.ts';
import { readTemplateFiles } from './template-files.ts';
import { templatePlaces } from './template-places.ts';
import { tryOnSample } from './try-on-sample.ts';

/**
 * The recipe called `name` with all that it uses, checked as far as it can be without a cluster: its form, every name in
 * every template, what its parts say of each other, and a trial filling for every node of a sample cluster.
 *
 * @throws {UsageError} with code `unknown-recipe` when there is none of that name
 * @throws {SourceError} with everything that is wrong, each at its place
 */
export async function loadRecipe(name: string, search: RecipeSearch): Promise<Recipe> {
  const file = await findRecipe(name, search);
  const recipe = await loadFile({ name, file, search, users: [], loaded: new Map() });
  checkComposition(recipe);
  return recipe;
}

interface Loading {
  readonly name: string;
  readonly file: string;
  readonly search: RecipeSearch;
  /** Who uses it, the recipe that was asked for first, each with the place where it uses the next. */
  readonly users: readonly { readonly name: string; readonly location: SourceLocation }[];
  /** Every recipe that was loaded so far, by name. */
  readonly loaded: Map<string, Recipe>;
}

async function loadFile(loading: Loading): Promise<Recipe> {
  const { name, file, search, loaded } = loading;
  const known = loaded.get(name);
  if (known !== undefined) return known;
  const document = parseYaml(await readFile(file, 'utf8'), file);
  const head = readHead(document, file, search);
  const used = await loadUsed(document, head, loading);
  const problems = checkUses(head, used, document);
  if (problems.length > 0) throw new SourceError(problems);
  const folder = path.join(path.dirname(path.dirname(file)), 'templates', name);
  const templateFiles = await readTemplateFiles(document, folder);
  const nameable = { ...head, uses: [...used.values()].map((recipe) => ({ recipe })) };
  const content = compileContent(document, templateFiles, templatePlaces(nameable, document));
  const draft = draftRecipe(head, used, content, file);
  const filled = tryOnSample(draft);
  const contradictions = checkReferences(filled, document);
  if (contradictions.length > 0) throw new SourceError(contradictions);
  const recipe = buildRecipe(draft, filled);
  loaded.set(name, recipe);
  return recipe;
}

/** The recipes that a recipe uses, by name. */
async function loadUsed(
  document: YamlDocument,
  { uses }: RecipeHead,
  { name, search, users, loaded }: Loading,
): Promise<ReadonlyMap<string, Recipe>> {
  const used = new Map<string, Recipe>();
  for (const each of Object.keys(uses)) {
    const location = document.locate(['uses', each], 'key');
    const path = [...users, { name, location }];
    const start = path.findIndex((user) => user.name === each);
    if (start >= 0) throw new SourceError(cycleProblems(path.slice(start)));
    const file = await findUsed(each, location, search);
    used.set(each, await loadFile({ name: each, file, search, users: path, loaded }));
  }
  return used;
}

function cycleProblems(cycle: Loading['users']): readonly SourceProblem[] {
  const names = [...cycle, ...cycle.slice(0, 1)].map(({ name }) => name);
  return cycle.map(({ location }, index) => ({
    location,
    message: `${names[index]} uses ${names[index + 1]}`,
    hint: `a recipe cannot be part of itself: ${names.join(' → ')}`,
  }));
}

async function findUsed(
  name: string,
  location: SourceLocation,
  search: RecipeSearch,
): Promise<string> {
  const recipes = await findRecipes(search);
  const found = recipes.find((recipe) => recipe.name === name);
  if (found !== undefined) return found.file;
  const names = recipes.map((recipe) => recipe.name);
  const hint = suggestion(name, names, 'recipes');
  throw new SourceError([{ location, message: `there is no recipe "${name}"`, hint }]);
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
