import path from 'node:path';
import { DeployerError } from '../errors.ts';
import { sumChanged } from './artifact-errors.ts';
import { describeProgress } from './describe-progress.ts';
import { download } from './download.ts';
import { fileForm, inlineDigest } from './file-form.ts';
import { askPublisher, type PublisherSum, publisherDigest } from './publisher-checksum.ts';
import type { UrlSource } from './source.ts';
import type { Supply, SupplyDeps } from './supply.ts';

/**
 * A file that several places have. A checksum that the recipe gives says what it is; where it gives none, the first
 * publisher's that can be had, which is asked for once and remembered.
 * @param name of the artifact, for messages
 * @throws {DeployerError} `artifact-unavailable` or `no-checksum` when nobody tells the checksum
 */
export async function urlSupply(
  places: readonly [UrlSource, ...UrlSource[]],
  name: string,
  deps: SupplyDeps,
): Promise<Supply> {
  const [first] = places;
  const digest = await digestOf(places, deps);
  const urls = places.map(({ url }) => url);
  return {
    unpack: undefined,
    ...fileForm(first, digest, nameIn(first.url)),
    urls,
    bring: async (digests, onProgress) => {
      const onBytes = describeProgress(name, onProgress);
      for (const each of digests) {
        await download({ name, digest: each, urls, onBytes }, deps).catch((error: unknown) =>
          explain(error, each, places, deps),
        );
      }
    },
  };
}

async function digestOf(places: readonly UrlSource[], deps: SupplyDeps): Promise<string> {
  const [given] = places.flatMap(({ checksum }) => inlineDigest(checksum) ?? []);
  if (given !== undefined) return given;
  return publisherDigest(sumsOf(places), deps);
}

/** Where publishers tell the checksum. */
function sumsOf(places: readonly UrlSource[]): readonly PublisherSum[] {
  return places.flatMap(({ url, checksum }) =>
    'url' in checksum ? [{ url: checksum.url, name: nameIn(url) }] : [],
  );
}

/** A file that is not what its publisher once said may be what its publisher says now. Always throws. */
async function explain(
  error: unknown,
  digest: string,
  places: readonly UrlSource[],
  deps: SupplyDeps,
): Promise<never> {
  const isMismatch = error instanceof DeployerError && error.code === 'checksum-mismatch';
  const isGiven = places.some(({ checksum }) => inlineDigest(checksum) !== undefined);
  if (!isMismatch || isGiven) throw error;
  const now = await askPublisher(sumsOf(places), deps).catch(() => digest);
  deps.signal.throwIfAborted();
  throw now === digest ? error : sumChanged(nameIn(places[0]?.url ?? ''), digest, now);
}

/** The last name of an address's path; as it is written where it cannot be decoded. */
function nameIn(url: string): string {
  const name = path.posix.basename(new URL(url).pathname);
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
