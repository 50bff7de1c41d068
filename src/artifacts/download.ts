import { createWriteStream } from 'node:fs';
import { open } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import type { Clock } from '../clock.ts';
import { DeployerError } from '../errors.ts';
import { cacheUnwritable, pageInstead, unavailable } from './artifact-errors.ts';
import { type Cache, writing } from './cache.ts';
import type { CachedFile } from './content.ts';
import type { OnBytes } from './describe-progress.ts';
import { checkStatus, NotHere, withAttempts } from './fetch-attempts.ts';
import type { Http, HttpAnswer } from './http.ts';
import { claimPartial, type Partial } from './partial.ts';

/** What a download needs. */
export interface DownloadDeps {
  readonly cache: Cache;
  readonly http: Http;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** A file that is wanted. */
export interface Download {
  /** For messages. */
  readonly name: string;
  readonly digest: string;
  /** Places that have it, tried in this order. */
  readonly urls: readonly string[];
  readonly onBytes: OnBytes;
}

/**
 * The file in the cache, from the first place that has it. What is cut goes on where it stopped, also in a later run.
 * @throws {DeployerError} `artifact-unavailable` when no place has it, `checksum-mismatch` and `page-instead-of-file`
 * when one has something else in its place: then no other is asked
 */
export async function download(wanted: Download, deps: DownloadDeps): Promise<CachedFile> {
  const { cache } = deps;
  const partial = await writing(cache.folder, () => claimPartial(cache.folder, wanted.digest));
  const reasons: string[] = [];
  for (const url of wanted.urls) {
    try {
      return await downloadFrom(url, wanted, partial, deps);
    } catch (error) {
      if (!(error instanceof NotHere)) throw error;
      reasons.push(`${url}: ${error.message}`);
    }
  }
  throw unavailable(wanted.name, reasons);
}

async function downloadFrom(
  url: string,
  wanted: Download,
  partial: Partial,
  deps: DownloadDeps,
): Promise<CachedFile> {
  const resumed = (await partial.size()) > 0;
  // Where every try begins anew, only what none of them had reached is further.
  let furthest = 0;
  try {
    await withAttempts(deps, (gotFurther) =>
      getRest(url, wanted, partial, deps, (reached) => {
        if (reached <= furthest) return;
        furthest = reached;
        gotFurther();
      }),
    );
    return await takeOver(url, wanted, partial, deps);
  } catch (error) {
    // What an earlier run left may be of another file than the one that is there now.
    const isStale = resumed && error instanceof DeployerError && error.code === 'checksum-mismatch';
    if (!isStale) throw error;
    return downloadFrom(url, wanted, partial, deps);
  }
}

async function takeOver(
  url: string,
  { digest }: Download,
  partial: Partial,
  { cache }: DownloadDeps,
): Promise<CachedFile> {
  const page = await beginningOfPage(partial.file);
  try {
    return await cache.adopt(partial.file, digest, url);
  } catch (error) {
    throw page === null ? error : pageInstead(url, page);
  } finally {
    await partial.remove();
  }
}

/** Gets what is missing of the file. @throws {NotHere}, or what the network says when it was cut */
async function getRest(
  url: string,
  { onBytes }: Download,
  partial: Partial,
  { http, signal, cache }: DownloadDeps,
  onReached: (bytes: number) => void,
): Promise<void> {
  const before = await partial.size();
  const answer = await http.get(url, await rangeHeaders(url, before, partial), signal);
  const start = answer.status === 206 ? rangeStart(answer) : 0;
  const isRest = answer.status === 206 && start === before && before > 0;
  if (!isRest) restart(url, answer, partial, cache);
  const length = answer.header('content-length');
  const end = length === undefined ? undefined : start + Number(length);
  let reached = isRest ? before : 0;
  await append(answer.body, partial.file, cache, (bytes) => {
    reached += bytes;
    onBytes(reached, end);
    onReached(reached);
  });
  if (end !== undefined && reached < end) throw new NotHere(`ended after ${reached} bytes`, true);
}

/** Appends a body to a file. What has come is on disk, or on its way there, also when the rest does not come. */
async function append(
  body: Readable,
  path: string,
  { folder }: Cache,
  onBytes: (bytes: number) => void,
): Promise<void> {
  const file = createWriteStream(path, { flags: 'a' });
  const written = finished(file);
  // A full disk ends the body as well, and is told below.
  written.catch((error: Error) => body.destroy(error));
  body.on('data', (chunk: Buffer) => {
    onBytes(chunk.length);
    if (file.write(chunk)) return;
    body.pause();
    file.once('drain', () => body.resume());
  });
  const end = await finished(body).then(
    () => undefined,
    (error: unknown) => ({ error }),
  );
  file.end();
  await writing(folder, () => written);
  if (end !== undefined) throw end.error;
}

async function rangeHeaders(
  url: string,
  size: number,
  partial: Partial,
): Promise<Record<string, string>> {
  if (size === 0) return {};
  const origin = await partial.origin();
  const range = { range: `bytes=${size}-` };
  // Without a validator, or from another place, the checksum tells whether both ends fit together.
  if (origin === null || origin.url !== url || origin.validator === null) return range;
  return { ...range, 'if-range': origin.validator };
}

function rangeStart(answer: HttpAnswer): number {
  return Number(/^bytes (\d+)-/.exec(answer.header('content-range') ?? '')?.[1] ?? -1);
}

/** Makes ready for a body from its first byte on. @throws {NotHere} when the answer is none */
function restart(url: string, answer: HttpAnswer, partial: Partial, { folder }: Cache): void {
  const etag = answer.header('etag');
  const strong = etag?.startsWith('W/') === true ? undefined : etag;
  const validator = strong ?? answer.header('last-modified') ?? null;
  const isMisplaced = answer.status === 206 || answer.status === 416;
  if (isMisplaced || answer.status >= 300) answer.body.on('error', () => {}).destroy();
  if (!isMisplaced) checkStatus(answer.status);
  try {
    partial.restart({ url, validator });
  } catch (error) {
    answer.body.on('error', () => {}).destroy();
    throw cacheUnwritable(folder, error);
  }
  if (isMisplaced) throw new NotHere('its answer does not fit what is there already', true);
}

/** The first line or so of a web page, or null when the file is none. */
async function beginningOfPage(path: string): Promise<string | null> {
  await using file = await open(path);
  const { buffer, bytesRead } = await file.read(Buffer.alloc(512), 0, 512, 0);
  const text = buffer.toString('utf8', 0, bytesRead).trim();
  return /^(<!--.*?-->\s*)*<(!doctype html|html|head)\b/is.test(text) ? text.slice(0, 200) : null;
}
