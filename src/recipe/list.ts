import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { SourceError, type SourceProblem } from '../errors.ts';
import { parseYaml } from '../yaml/parse.ts';
import { type FoundRecipe, findRecipes, type RecipeSearch } from './search.ts';

/** A recipe as a list shows it. */
export interface RecipeListing extends FoundRecipe {
  /** Its own one line; undefined when the file is too broken to tell. */
  readonly about: string | undefined;
  readonly problems: readonly SourceProblem[];
}

const AboutSchema = z.object({ about: z.string() });

/** Every recipe of the search with its one line, without checking more of it than that: a broken one is listed too. */
export async function listRecipes(search: RecipeSearch): Promise<readonly RecipeListing[]> {
  const recipes = await findRecipes(search);
  return Promise.all(recipes.map(readListing));
}

async function readListing(recipe: FoundRecipe): Promise<RecipeListing> {
  try {
    const { value } = parseYaml(await readFile(recipe.file, 'utf8'), recipe.file);
    return { ...recipe, about: AboutSchema.safeParse(value).data?.about, problems: [] };
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    return { ...recipe, about: undefined, problems: error.problems };
  }
}
