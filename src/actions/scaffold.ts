import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';

/** The word that stands in paths and texts of the scaffold for the name of the recipe. */
const placeholder = /\bNAME\b/g;

/** The texts of the scaffold's files under `name`, by path in alphabetical order. */
export async function readScaffold(
  scaffold: string,
  name: string,
): Promise<ReadonlyMap<string, string>> {
  const entries = await readdir(scaffold, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(scaffold, join(entry.parentPath, entry.name)));
  const named = (text: string) => text.replaceAll(placeholder, name);
  const files = paths.map(
    async (path) => [named(path), named(await readFile(join(scaffold, path), 'utf8'))] as const,
  );
  return new Map((await Promise.all(files)).sort(([a], [b]) => (a < b ? -1 : 1)));
}
