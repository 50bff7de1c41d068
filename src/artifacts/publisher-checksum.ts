import { noSum, sumsTooLong, unavailable } from './artifact-errors.ts';
import { digestIn, readSums } from './checksum-file.ts';
import type { DownloadDeps } from './download.ts';
import { checkStatus, NotHere, withAttempts } from './fetch-attempts.ts';

/** More than any list of checksums has. */
const longestBytes = 4 * 1024 * 1024;

/** A sum that a publisher tells. */
export interface PublisherSum {
  /** Of the checksum file. */
  readonly url: string;
  /** The name of the file that it is about. */
  readonly name: string;
}

/**
 * The digest that a publisher's checksum file tells, from the first of these that can be had. It is remembered in the
 * cache, so that a later run asks nobody.
 * @throws {DeployerError} `artifact-unavailable` when none can be had, `no-checksum` when one does not tell it
 */
export async function publisherDigest(
  sums: readonly PublisherSum[],
  deps: DownloadDeps,
): Promise<string> {
  for (const sum of sums) {
    const known = await deps.cache.recall(keyOf(sum));
    if (known !== null) return known;
  }
  return askPublisher(sums, deps);
}

/**
 * The digest as the publisher tells it now, remembered in the place of what it told before.
 * @throws {DeployerError} as {@link publisherDigest}
 */
export async function askPublisher(
  sums: readonly PublisherSum[],
  deps: DownloadDeps,
): Promise<string> {
  const reasons: string[] = [];
  for (const sum of sums) {
    try {
      const text = await withAttempts(deps, () => readText(sum.url, deps));
      const digest = digestIn(text, sum.name);
      if (digest === undefined) throw noSum(sum.url, sum.name, namesIn(text));
      // Of all of them: what another one told before must not outlive it.
      for (const each of sums) await deps.cache.remember(keyOf(each), digest);
      return digest;
    } catch (error) {
      if (!(error instanceof NotHere)) throw error;
      reasons.push(`${sum.url}: ${error.message}`);
    }
  }
  throw unavailable(`the checksum of ${sums[0]?.name ?? ''}`, reasons);
}

function keyOf({ url, name }: PublisherSum): string {
  return `${url} ${name}`;
}

function namesIn(text: string): readonly string[] {
  return readSums(text).flatMap(({ name }) => name ?? []);
}

async function readText(url: string, { http, signal }: DownloadDeps): Promise<string> {
  const { status, body } = await http.get(url, {}, signal);
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > longestBytes) break;
    chunks.push(chunk);
  }
  // One that was not read to its end says that it was given up.
  body.on('error', () => {}).destroy();
  checkStatus(status);
  if (bytes > longestBytes) throw sumsTooLong(url, longestBytes);
  return Buffer.concat(chunks).toString();
}
