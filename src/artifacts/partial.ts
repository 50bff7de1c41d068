import { mkdirSync, writeFileSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { isAbandoned, ownName } from './owner.ts';

/** Where the beginning of a file came from. */
const OriginSchema = z.strictObject({
  url: z.string(),
  /** What If-Range takes: an ETag or a date; null when the server gave none. */
  validator: z.string().nullable(),
});

/** Where the beginning of a file came from; see {@link OriginSchema}. */
export type Origin = z.infer<typeof OriginSchema>;

/** The beginning of a file, that belongs to one download alone. */
export interface Partial {
  readonly file: string;
  size(): Promise<number>;
  /** Null when the beginning is empty, or of unknown origin. */
  origin(): Promise<Origin | null>;
  /** Forgets what there is, and begins with something from there: at once, so that a body that has begun is not missed. */
  restart(origin: Origin): void;
  /** Removes what is left; it may be begun anew after that. */
  remove(): Promise<void>;
}

/**
 * The beginning that a process which is gone has left of the file with this digest; an empty one where there is none.
 * Taking it over is a rename, so that of two processes only one goes on with it.
 */
export async function claimPartial(cacheFolder: string, digest: string): Promise<Partial> {
  const folder = path.join(cacheFolder, 'partial');
  const name = digest.replace(':', '-');
  const own = path.join(folder, `${name}.${ownName()}`);
  await mkdir(folder, { recursive: true });
  for (const entry of await readdir(folder)) {
    if (!entry.startsWith(`${name}.`) || !isAbandoned(folder, entry)) continue;
    const taken = await rename(path.join(folder, entry), own).then(
      () => true,
      () => false,
    );
    if (taken) break;
  }
  await mkdir(own, { recursive: true });
  return partialIn(own);
}

function partialIn(folder: string): Partial {
  const file = path.join(folder, 'content');
  const originFile = path.join(folder, 'origin.json');
  return {
    file,
    size: () =>
      stat(file).then(
        ({ size }) => size,
        () => 0,
      ),
    origin: async () => {
      try {
        return OriginSchema.parse(JSON.parse(await readFile(originFile, 'utf8')));
      } catch {
        return null;
      }
    },
    restart: (origin) => {
      mkdirSync(folder, { recursive: true });
      writeFileSync(file, '');
      writeFileSync(originFile, JSON.stringify(origin));
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
