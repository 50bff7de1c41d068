import path from 'node:path';
import { describeProgress } from './describe-progress.ts';
import { download } from './download.ts';
import { fileForm, inlineDigest } from './file-form.ts';
import { publisherDigest } from './publisher-checksum.ts';
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
      for (const each of digests) {
        const onBytes = describeProgress(name, onProgress);
        await download({ name, digest: each, urls, onBytes }, deps);
      }
    },
  };
}

async function digestOf(places: readonly UrlSource[], deps: SupplyDeps): Promise<string> {
  const [given] = places.flatMap(({ checksum }) => inlineDigest(checksum) ?? []);
  if (given !== undefined) return given;
  const sums = places.flatMap(({ url, checksum }) =>
    'url' in checksum ? [{ url: checksum.url, name: nameIn(url) }] : [],
  );
  return publisherDigest(sums, deps);
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
