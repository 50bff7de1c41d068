import { readdir, readFile, realpath } from 'node:fs/promises';
import path from 'node:path';
import { SourceError, type SourceProblem } from '../errors.ts';
import { suggestion } from '../suggest.ts';
import type { YamlDocument, YamlPath } from '../yaml/parse.ts';
import { isMap, valueAt } from '../yaml/value-at.ts';

/** A template in a file of its own. */
export interface TemplateFile {
  readonly file: string;
  readonly text: string;
  /** Where the recipe first names it. */
  readonly usedAt: YamlPath;
}

/** The template files that a recipe names, by that name. */
export type TemplateFiles = ReadonlyMap<string, TemplateFile>;

/** Whether `path` is that of a step's `template:`, which stands for `content` and names a file. */
export function namesTemplateFile([phases, , , steps, , kind, key, ...more]: YamlPath): boolean {
  const isStep = phases === 'phases' && steps === 'steps' && more.length === 0;
  return isStep && (kind === 'file' || kind === 'unit') && key === 'template';
}

/**
 * The files in `folder` that steps of the recipe name with `template:`.
 *
 * @throws {SourceError} when one is missing, lies outside `folder`, or stands beside a `content`
 */
export async function readTemplateFiles(
  document: YamlDocument,
  folder: string,
): Promise<TemplateFiles> {
  const files = new Map<string, TemplateFile>();
  const problems: SourceProblem[] = [];
  for (const { name, usedAt } of usesOf(document)) {
    const read = await readOne(document, folder, name, usedAt);
    if ('message' in read) problems.push(read);
    else if (!files.has(name)) files.set(name, read);
  }
  if (problems.length > 0) throw new SourceError(problems);
  return files;
}

function usesOf(document: YamlDocument): { name: string; usedAt: YamlPath }[] {
  const phases = entriesOf(document.value, ['phases']);
  const steps = phases
    .flatMap((at) => entriesOf(document.value, at))
    .flatMap((at) => entriesOf(document.value, [...at, 'steps']));
  return steps
    .flatMap((at) => [
      [...at, 'file', 'template'],
      [...at, 'unit', 'template'],
    ])
    .flatMap((usedAt) => {
      const name = valueAt(document.value, usedAt);
      return typeof name === 'string' ? [{ name, usedAt }] : [];
    });
}

/** Paths of everything directly inside the list or map at `at`. */
function entriesOf(value: unknown, at: YamlPath): YamlPath[] {
  const inside = valueAt(value, at);
  if (Array.isArray(inside)) return inside.map((_, index) => [...at, index]);
  return isMap(inside) ? Object.keys(inside).map((key) => [...at, key]) : [];
}

async function readOne(
  document: YamlDocument,
  folder: string,
  name: string,
  usedAt: YamlPath,
): Promise<TemplateFile | SourceProblem> {
  const problem = (message: string, hint: string): SourceProblem => ({
    location: document.locate(usedAt),
    message,
    hint,
  });
  if (valueAt(document.value, [...usedAt.slice(0, -1), 'content']) !== undefined) {
    return problem('a step has either a template or a content', 'remove one of the two');
  }
  const file = path.resolve(folder, name);
  if (!isInside(folder, file)) {
    return problem('a template must lie in the folder of its recipe', `put it into ${folder}`);
  }
  try {
    if (!isInside(await realpath(folder), await realpath(file))) {
      return problem(
        'the template is a link out of the folder of its recipe',
        `put it into ${folder}`,
      );
    }
    return { file, text: await readFile(file, 'utf8'), usedAt };
  } catch {
    const present = await readdir(folder).catch(() => []);
    return problem(`there is no file ${file}`, suggestion(name, present, 'files there'));
  }
}

function isInside(folder: string, file: string): boolean {
  const relative = path.relative(folder, file);
  return relative !== '' && !relative.startsWith('..') && !path.isAbsolute(relative);
}
