import { lstat, readFile } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import type { ConfigChoice } from '../config/find-config.ts';
import { UsageError } from '../errors.ts';
import { nameProblem } from '../recipe/recipe-name.ts';
import { findRecipes, type RecipeSearch } from '../recipe/search.ts';
import type { ActionContext, WorkspaceRequest } from './context.ts';
import { readScaffold } from './scaffold.ts';
import { surroundingsOf } from './surroundings.ts';
import { verbs } from './verbs.ts';
import { writeNewFiles } from './write-new-files.ts';

/** What the recipe is to be called, and which config.yml it is to lie beside. */
export interface NewRequest extends Pick<WorkspaceRequest, 'config'> {
  readonly recipe: string;
}

/** A recipe that runs as it is, and waits to be changed. */
export interface NewResult {
  readonly recipe: string;
  /** Absolute path of the folder that its `recipes/` and `templates/` are in. */
  readonly folder: string;
  /** What was written, each as it is called in the current folder. */
  readonly files: readonly string[];
}

/**
 * Writes a recipe that runs as it is beside the config.yml in force. Where that is the shipped one, and the current
 * folder is not the program's own, it is written into the current folder, together with a copy of that config.yml.
 * @throws {UsageError} `invalid-name` when no recipe can be called so, `exists` when one is, or one of its files is
 * there, `unwritable`; in each case nothing has been written
 */
export async function newRecipe(
  { recipe, config: asked }: NewRequest,
  context: ActionContext,
): Promise<NewResult> {
  const problem = nameProblem(recipe, verbs);
  if (problem !== undefined) {
    throw new UsageError('invalid-name', problem, { hint: 'for example: my-service' });
  }
  const { config, search } = await surroundingsOf({ config: asked, state: undefined }, context);
  const isFirstHere = asked === undefined && config.shipped && isElsewhere(context);
  const folder = isFirstHere ? resolve(context.cwd) : dirname(config.file);
  const texts = new Map<string, string>();
  for (const [path, text] of await readScaffold(join(context.installation, 'scaffold'), recipe)) {
    texts.set(join(folder, path), text);
  }
  if (isFirstHere) texts.set(join(folder, 'config.yml'), await readFile(config.file, 'utf8'));
  const called = (file: string) => relative(context.cwd, file);
  await assertNoneExists([...texts.keys()], called);
  await assertNameIsFree(recipe, search);
  await writeNewFiles(texts);
  if (isFirstHere) tellOfConfig(config, context);
  return { recipe, folder, files: [...texts.keys()].map(called) };
}

/** Whether the current folder lies outside of the program's own. */
function isElsewhere({ cwd, installation }: ActionContext): boolean {
  return relative(installation, cwd).split(sep)[0] === '..';
}

async function assertNoneExists(
  files: readonly string[],
  called: (file: string) => string,
): Promise<void> {
  const exists = (file: string) =>
    lstat(file).then(
      () => true,
      () => false,
    );
  const found = await Promise.all(files.map(exists));
  const existing = files.filter((_, index) => found[index]).map(called);
  if (existing.length === 0) return;
  throw new UsageError('exists', `already there: ${existing.join(', ')}`, {
    hint: 'choose another name, or move away what is there',
  });
}

/** A recipe of the same name, even one that comes with the program, would be hidden by the new one. */
async function assertNameIsFree(name: string, search: RecipeSearch): Promise<void> {
  const taken = (await findRecipes(search)).find((each) => each.name === name);
  if (taken === undefined) return;
  throw new UsageError('exists', `there is a recipe "${name}" already: ${taken.file}`, {
    hint: 'choose another name; to change that recipe, copy it with its templates',
  });
}

function tellOfConfig({ file }: ConfigChoice, { emit }: ActionContext): void {
  const message = `config.yml is a copy of ${file}: this folder has its own recipes and clusters now`;
  emit({ type: 'notice', level: 'info', message });
}
