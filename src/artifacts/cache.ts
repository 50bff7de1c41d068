import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { cacheUnwritable } from './artifact-errors.ts';
import { checksumMismatch, splitDigest, sumOf } from './checksum.ts';
import type { CachedFile } from './content.ts';
import { isAbandoned, ownName } from './owner.ts';

/**
 * Files on this computer by what they hash to. Each has its name only when it is whole and on disk; two processes that
 * bring the same one are harmless to each other.
 */
export interface Cache {
  readonly folder: string;
  /** The file, verified by its hash once in the life of this object; null when there is none, or only a damaged one. */
  find(digest: string): Promise<CachedFile | null>;
  /**
   * Takes a file over, which must lie below the cache's folder; it is gone from `file` afterwards, whatever happens.
   * @param what names it and where it is from, and `hint` what to do about it, for the error
   * @throws {DeployerError} `checksum-mismatch` when it is something else
   */
  adopt(file: string, digest: string, what: string, hint?: string): Promise<CachedFile>;
  /** A text that was kept under this key; null when none was. */
  recall(key: string): Promise<string | null>;
  /** Keeps a short text. */
  remember(key: string, text: string): Promise<void>;
  /** A new empty folder in the cache, for work in progress; the caller removes it. */
  workFolder(): Promise<string>;
}

/**
 * The cache in `folder`, which is made when it is first needed.
 * @param onDamaged hears of a file that is not what its name says; it has been removed
 */
export function openCache(folder: string, onDamaged: (file: string) => void): Cache {
  const verified = new Map<string, Promise<CachedFile | null>>();
  const fileOf = (digest: string) => {
    const { algorithm, sum } = splitDigest(digest);
    return path.join(folder, 'files', algorithm, sum);
  };
  const verify = async (digest: string): Promise<CachedFile | null> => {
    const file = fileOf(digest);
    const size = await sizeOf(file);
    if (size === null) return null;
    if ((await sumOf(file, digest)) === splitDigest(digest).sum)
      return { digest, size, path: file };
    await rm(file, { force: true });
    onDamaged(file);
    return null;
  };
  const memoFile = (key: string) =>
    path.join(folder, 'sums', createHash('sha256').update(key).digest('hex'));

  return {
    folder,
    async find(digest) {
      const known = verified.get(digest) ?? verify(digest);
      verified.set(digest, known);
      const found = await known;
      if (found === null) verified.delete(digest);
      return found;
    },
    async adopt(file, digest, what, hint) {
      const sum = await sumOf(file, digest);
      if (sum !== splitDigest(digest).sum) {
        await rm(file, { force: true });
        throw checksumMismatch(what, digest, sum, hint);
      }
      const target = fileOf(digest);
      await writing(folder, () => settle(file, target));
      const found = { digest, size: (await sizeOf(target)) ?? 0, path: target };
      verified.set(digest, Promise.resolve(found));
      return found;
    },
    recall: (key) => readFile(memoFile(key), 'utf8').catch(() => null),
    remember: (key, text) =>
      writing(folder, async () => {
        const draft = `${memoFile(key)}.${randomUUID()}`;
        await mkdir(path.dirname(draft), { recursive: true });
        await using handle = await open(draft, 'wx');
        await handle.writeFile(text);
        await settle(draft, memoFile(key));
      }),
    workFolder: () =>
      writing(folder, async () => {
        const all = path.join(folder, 'work');
        const work = path.join(all, ownName());
        await mkdir(work, { recursive: true });
        await removeOrphans(all);
        return work;
      }),
  };
}

/** Gives a file its lasting name once it is on disk. */
async function settle(file: string, target: string): Promise<void> {
  await mkdir(path.dirname(target), { recursive: true });
  await sync(file);
  await rename(file, target);
  await sync(path.dirname(target));
}

/** What a process that was killed had under way. */
async function removeOrphans(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!isAbandoned(folder, name)) continue;
    await rm(path.join(folder, name), { recursive: true, force: true });
  }
}

async function sync(file: string): Promise<void> {
  await using handle = await open(file);
  await handle.sync();
}

async function sizeOf(file: string): Promise<number | null> {
  return stat(file).then(
    ({ size }) => size,
    () => null,
  );
}

/**
 * Does something to the cache.
 * @throws {DeployerError} `cache-unwritable` in the place of what the file system says
 */
export async function writing<T>(folder: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Error && 'syscall' in error) throw cacheUnwritable(folder, error);
    throw error;
  }
}
