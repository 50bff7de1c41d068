import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { UsageError } from '../errors.ts';
import { suggestion } from '../suggest.ts';

/** Where recipes are looked for. */
export interface RecipeSearch {
  /** Folders that hold `recipes/` and `templates/`, the nearest first; its recipe hides others of the same name. */
  readonly roots: readonly string[];
  /** The program's verbs, which no recipe may be called by. */
  readonly verbs: readonly string[];
}

/** A recipe file that was found; nothing of it has been read. */
export interface FoundRecipe {
  readonly name: string;
  readonly file: string;
}

/** Every recipe file of the search, by name in alphabetical order. */
export async function findRecipes({ roots }: RecipeSearch): Promise<readonly FoundRecipe[]> {
  const found = new Map<string, FoundRecipe>();
  for (const root of roots) {
    const folder = path.join(root, 'recipes');
    for (const entry of await readdir(folder).catch(ignoreMissing)) {
      const name = path.basename(entry, '.yml');
      if (entry.endsWith('.yml') && !found.has(name)) {
        found.set(name, { name, file: path.join(folder, entry) });
      }
    }
  }
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/**
 * The file of the recipe called `name`.
 *
 * @throws {UsageError} with code `unknown-recipe`, the nearest name and the list of all
 */
export async function findRecipe(name: string, search: RecipeSearch): Promise<string> {
  const recipes = await findRecipes(search);
  const recipe = recipes.find((each) => each.name === name);
  if (recipe !== undefined) return recipe.file;
  const names = recipes.map((each) => each.name);
  const all = `recipes: ${names.join(', ') || 'none'}`;
  const hint = suggestion(name, names, 'recipes');
  throw new UsageError('unknown-recipe', `there is no recipe "${name}"`, {
    hint: hint === all ? all : `${hint} (${all})`,
  });
}

function ignoreMissing(error: NodeJS.ErrnoException): string[] {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return [];
  throw error;
}
