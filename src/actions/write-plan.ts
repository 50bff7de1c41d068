import { rename, rm, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { UsageError } from '../errors.ts';

/**
 * Writes a plan to a file of the user's, whole or not at all; an older one is replaced.
 * @throws {UsageError} `unwritable`; the older one is still there
 */
export async function writePlan(file: string, cwd: string, text: string): Promise<void> {
  const path = resolve(cwd, file);
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    await writeFile(temporary, text);
    await rename(temporary, path);
  } catch (cause) {
    await rm(temporary, { force: true });
    const reason = cause instanceof Error && 'code' in cause ? ` (${cause.code})` : '';
    throw new UsageError('unwritable', `the plan could not be written to ${path}${reason}`, {
      hint: 'Name a file in a folder that is there and that you may write to: --out FILE.',
      cause,
    });
  }
}
