import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { z } from 'zod';
import { SourceError, UsageError } from '../errors.ts';
import { parseYaml, type YamlDocument } from '../yaml/parse.ts';
import { validate } from '../yaml/validate.ts';
import { explainFormerKey } from './former-keys.ts';

/** A file that fits its schema. */
export interface Checked<T> {
  readonly document: YamlDocument;
  readonly value: T;
}

/**
 * The configuration file as `schema` reads it.
 *
 * @throws {SourceError} when it does not fit, with every place
 */
export async function readChecked<S extends z.ZodType>(
  file: string,
  schema: S,
): Promise<Checked<z.infer<S>>> {
  const document = parseYaml(await readFile(file, 'utf8').catch(unreadable(file)), file);
  const checked = validate(schema, document.value, {
    locate: document.locate,
    explainKey: explainFormerKey,
  });
  if (!checked.ok) throw new SourceError(checked.problems);
  return { document, value: checked.value };
}

/** The files `profiles/NAME.yml` beside the config file, by name. */
export async function findProfileFiles(configFile: string): Promise<ReadonlyMap<string, string>> {
  const folder = path.join(path.dirname(configFile), 'profiles');
  const entries = await readdir(folder).catch(ignoreMissing);
  return new Map(
    entries
      .filter((entry) => entry.endsWith('.yml'))
      .map((entry) => [path.basename(entry, '.yml'), path.join(folder, entry)]),
  );
}

function ignoreMissing(error: NodeJS.ErrnoException): string[] {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return [];
  throw error;
}

function unreadable(file: string): (cause: NodeJS.ErrnoException) => never {
  return (cause) => {
    throw new UsageError('config-unreadable', `${file} cannot be read: ${cause.message}`, {
      cause,
    });
  };
}
