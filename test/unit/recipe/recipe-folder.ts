import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll } from 'vitest';
import { SourceError } from '../../../src/errors.ts';

const made: string[] = [];

afterAll(() => Promise.all(made.splice(0).map((folder) => rm(folder, { recursive: true }))));

/** A temporary folder with these files (path to text), which is gone when the tests of the file are through. */
export async function folderWith(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'deployer-test-'));
  made.push(folder);
  for (const [name, text] of Object.entries(files)) {
    const file = path.join(folder, name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, text);
  }
  return folder;
}

/** What the work is refused with, as `FILE:LINE:COLUMN message | hint` with paths relative to `folder`. */
export async function refusals(folder: string, work: Promise<unknown>): Promise<readonly string[]> {
  const error: unknown = await work.then(
    () => undefined,
    (reason) => reason,
  );
  if (error === undefined) return [];
  if (!(error instanceof SourceError)) throw error;
  return error.problems.map(({ location: { file, line, column }, message, hint }) => {
    const place = `${path.relative(folder, file)}:${line}:${column}`;
    return `${place} ${message}${hint === undefined ? '' : ` | ${hint}`}`.replaceAll(folder, '');
  });
}
