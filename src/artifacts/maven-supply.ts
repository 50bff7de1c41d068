import { readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Artifact } from './artifact.ts';
import { noLock, notGiven } from './artifact-errors.ts';
import { copyWithMaven } from './maven.ts';
import { coordinatesOf, type LockedFile, parseLock } from './maven-lock.ts';
import { megabytes } from './megabytes.ts';
import type { MavenSource } from './source.ts';
import type { Supply, SupplyDeps } from './supply.ts';

/**
 * Files of Maven repositories, each named with its checksum by a lock file of the recipe.
 * @throws {UsageError} `unsupported-version` when there is no such lock file, `bad-lock`
 */
export async function mavenSupply(
  { maven: { lock, into } }: MavenSource,
  artifact: Pick<Artifact, 'name' | 'version'>,
  deps: SupplyDeps,
): Promise<Supply> {
  const locked = await readLock(path.join(deps.folders.templates, lock), artifact);
  return {
    files: locked.map(({ digest, name }) => ({
      digest,
      as: into === undefined ? name : `${into}/${name}`,
    })),
    unpack: undefined,
    urls: [],
    bring: async (digests, onProgress) => {
      const wanted = new Set(digests);
      const missing = locked.filter(({ digest }) => wanted.has(digest));
      const bytes = missing.reduce((sum, { size }) => sum + size, 0);
      onProgress(`${artifact.name} ${missing.length} files, ${megabytes(bytes)} MB, by mvn`);
      await bringFiles(missing, deps);
    },
  };
}

async function readLock(
  file: string,
  artifact: Pick<Artifact, 'name' | 'version'>,
): Promise<readonly LockedFile[]> {
  const text = await readFile(file, 'utf8').catch(() => null);
  if (text !== null) return parseLock(text, file);
  const there = await readdir(path.dirname(file)).catch(() => []);
  throw noLock(
    artifact,
    file,
    there.filter((name) => name.endsWith('.lock')),
  );
}

const mismatchHint =
  'Remove it from the local repository (~/.m2/repository), so that mvn fetches it anew. If that gives the same, the repository has another file than the lock was made from: do not use it.';

async function bringFiles(files: readonly LockedFile[], deps: SupplyDeps): Promise<void> {
  const work = await deps.cache.workFolder();
  try {
    await copyWithMaven(files, work, deps);
    const given = new Set(await readdir(work));
    const absent = files.filter(({ name }) => !given.has(name));
    if (absent.length > 0) throw notGiven(absent.map(coordinatesOf));
    for (const file of files) {
      const what = `${coordinatesOf(file)} as mvn gives it`;
      await deps.cache.adopt(path.join(work, file.name), file.digest, what, mismatchHint);
    }
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}
