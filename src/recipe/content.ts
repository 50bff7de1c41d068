import { SourceError, type SourceProblem } from '../errors.ts';
import { checkTemplate } from '../render/check-template.ts';
import type { Shape } from '../render/shape.ts';
import { compileTemplate, type LocateInTemplate, type Template } from '../render/template.ts';
import type { YamlDocument, YamlPath } from '../yaml/parse.ts';
import { takesOnlyText } from '../yaml/schema-walk.ts';
import { valueAt } from '../yaml/value-at.ts';
import { RecipeSchema } from './schema.ts';
import { namesTemplateFile, type TemplateFile, type TemplateFiles } from './template-files.ts';
import type { ShapeAt } from './template-places.ts';

/** A recipe's text with all of its templates parsed and checked, ready to be filled as often as needed. */
export interface RecipeContent {
  readonly document: YamlDocument;
  /** How to fill the scalars of the document that are templates, by {@link pathKey}. */
  readonly scalars: ReadonlyMap<string, (scope: object) => unknown>;
  /** Templates in files, by the name that `template:` gives. */
  readonly files: ReadonlyMap<string, Template>;
}

/**
 * The document with its templates parsed, each name in them checked against what `shapeAt` allows at its place.
 *
 * @throws {SourceError} with every problem of every template
 */
export function compileContent(
  document: YamlDocument,
  templateFiles: TemplateFiles,
  shapeAt: ShapeAt,
): RecipeContent {
  const problems: SourceProblem[] = [];
  const scalars = new Map<string, (scope: object) => unknown>();
  mapScalars(document.value, [], (text, path) => {
    if (!text.includes('{{') || namesTemplateFile(path)) return text;
    const shape = shapeAt(path);
    if (shape === undefined) {
      problems.push(noTemplateHere(document, path));
      return text;
    }
    const template = compileChecked(text, locateInScalar(document, path, text), shape, problems);
    if (template === undefined) return text;
    const fill = takesOnlyText(RecipeSchema, path) ? template.render : template.value;
    scalars.set(pathKey(path), fill);
    return text;
  });

  const files = new Map<string, Template>();
  for (const [name, file] of templateFiles) {
    const shape = shapeAt(file.usedAt);
    const template = shape && compileChecked(file.text, locateInFile(file), shape, problems);
    if (template !== undefined) files.set(name, template);
  }
  if (problems.length > 0) throw new SourceError(problems);
  return { document, scalars, files };
}

/** The template, or undefined when it cannot be read; what is wrong with it is added to `problems`. */
function compileChecked(
  text: string,
  locate: LocateInTemplate,
  shape: Shape,
  problems: SourceProblem[],
): Template | undefined {
  try {
    const template = compileTemplate({ text, locate });
    problems.push(...checkTemplate(template, shape));
    return template;
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    problems.push(...error.problems);
    return undefined;
  }
}

/**
 * The value at `path` with every template in it filled from `scope`, and `template: NAME` of files and units
 * replaced by `content`. A template that is one expression keeps the type of its value, except where the schema takes
 * nothing but text. Keys and structure stay, so a path into the result is a path into the document.
 *
 * @throws {SourceError} when a template has nothing to say for this scope
 */
export function fillAt(content: RecipeContent, path: YamlPath, scope: object): unknown {
  return mapScalars(valueAt(content.document.value, path), path, (text, at) => {
    if (namesTemplateFile(at)) return content.files.get(text)?.render(scope);
    const fill = content.scalars.get(pathKey(at));
    return fill === undefined ? text : fill(scope);
  });
}

function noTemplateHere(document: YamlDocument, path: YamlPath): SourceProblem {
  return {
    location: document.locate(path),
    message: 'a template cannot stand here',
    hint: 'this is read before any node exists; write the value itself',
  };
}

function locateInScalar(document: YamlDocument, path: YamlPath, text: string): LocateInTemplate {
  const lineStarts = [0, ...Array.from(text.matchAll(/\n/g), (match) => match.index + 1)];
  return (line, column) => document.locateInside(path, (lineStarts[line - 1] ?? 0) + column);
}

function locateInFile({ file }: TemplateFile): LocateInTemplate {
  return (line, column) => ({ file, line, column: column + 1 });
}

function pathKey(path: YamlPath): string {
  return JSON.stringify(path);
}

/** The same structure with every text changed; a `template` that names a file becomes `content`. */
function mapScalars(
  value: unknown,
  path: YamlPath,
  change: (text: string, path: YamlPath) => unknown,
): unknown {
  if (typeof value === 'string') return change(value, path);
  if (Array.isArray(value)) {
    return value.map((item, index) => mapScalars(item, [...path, index], change));
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => {
      const at = [...path, key];
      return [namesTemplateFile(at) ? 'content' : key, mapScalars(item, at, change)];
    }),
  );
}
