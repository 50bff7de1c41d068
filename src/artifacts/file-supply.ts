import { constants, copyFile, open, rm } from 'node:fs/promises';
import path from 'node:path';
import { noOwnFile, unreadableOwnFile } from './artifact-errors.ts';
import { writing } from './cache.ts';
import { fileForm, inlineDigest } from './file-form.ts';
import type { FileSource } from './source.ts';
import type { Supply, SupplyDeps } from './supply.ts';

/** A file of the user's own. It is copied into the cache, so that a change of it in mid-run harms nobody. */
export function fileSupply(source: FileSource, { cache, folders }: SupplyDeps): Supply {
  const file = path.resolve(folders.config, source.file);
  return {
    unpack: undefined,
    ...fileForm(source, inlineDigest(source.checksum) ?? '', path.basename(file)),
    urls: [],
    bring: async (digests) => {
      for (const digest of digests) {
        const work = await cache.workFolder();
        const copy = path.join(work, 'file');
        try {
          await assertReadable(file);
          await writing(cache.folder, () => copyFile(file, copy, constants.COPYFILE_FICLONE));
          await cache.adopt(copy, digest, file);
        } finally {
          await rm(work, { recursive: true, force: true });
        }
      }
    },
  };
}

/** @throws {UsageError} `no-file`, or `unreadable-file` */
async function assertReadable(path: string): Promise<void> {
  try {
    await using file = await open(path);
    // A folder can be opened, and shows only now.
    await file.read(Buffer.alloc(1));
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    throw isMissing ? noOwnFile(path, error) : unreadableOwnFile(path, error);
  }
}
