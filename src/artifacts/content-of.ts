import type { ArtifactStep } from '../node/steps/artifact.ts';
import { cacheChanged } from './artifact-errors.ts';
import type { Cache } from './cache.ts';
import { checkArchive } from './check-archive.ts';
import type { ArtifactContent, CachedFile } from './content.ts';
import type { ResolveDeps } from './resolve-artifact.ts';
import type { Supply } from './supply.ts';

/**
 * All files of the artifact in the cache, verified, and an archive checked: what was missing or damaged has been brought.
 * @throws what bringing them throws; {DeployerError} `unsafe-archive`, `bad-archive`, `empty-archive`, `cache-changed`
 */
export async function contentOf(
  { name, version, unpack }: ArtifactStep,
  supply: Supply,
  { cache, onProgress }: Pick<ResolveDeps, 'cache' | 'onProgress'>,
): Promise<ArtifactContent> {
  const digests = [...new Set(supply.files.map(({ digest }) => digest))];
  const before = await findAll(cache, digests);
  const missing = digests.filter((_, index) => before[index] === null);
  if (missing.length > 0) await supply.bring(missing, onProgress);
  const found = missing.length > 0 ? await findAll(cache, digests) : before;
  const files = found.flatMap((file) => file ?? []);
  if (files.length < digests.length) throw cacheChanged(name);
  const [archive] = files;
  if (unpack === undefined || archive === undefined) return { files, unpackedBytes: 0 };
  const bytes = await checkArchive(archive.path, unpack, `${name} ${version}`);
  return { files, unpackedBytes: bytes };
}

/** One after the other: hashing takes a whole processor, and the disk reads best in a row. */
async function findAll(
  cache: Cache,
  digests: readonly string[],
): Promise<readonly (CachedFile | null)[]> {
  const found: (CachedFile | null)[] = [];
  for (const digest of digests) found.push(await cache.find(digest));
  return found;
}
