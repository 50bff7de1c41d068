import { mkdir, open, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { UsageError } from '../errors.ts';

/**
 * Writes texts to files that are not there yet, by their paths, with the folders that they need.
 * @throws {UsageError} `unwritable` when one cannot be written; what was written before it has been removed
 */
export async function writeNewFiles(texts: ReadonlyMap<string, string>): Promise<void> {
  const made: string[] = [];
  try {
    for (const [path, text] of texts) {
      const folder = await mkdir(dirname(path), { recursive: true });
      if (folder !== undefined) made.push(folder);
      await using file = await open(path, 'wx');
      made.push(path);
      await file.writeFile(text);
    }
  } catch (cause) {
    for (const path of made.reverse()) await rm(path, { recursive: true });
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new UsageError('unwritable', `nothing was written: ${reason}`, {
      hint: 'go to a folder of your own, or name the config.yml of one with -c',
      cause,
    });
  }
}
