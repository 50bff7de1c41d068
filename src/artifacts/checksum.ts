import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { DeployerError } from '../errors.ts';

/** The algorithm and the hex digits of a digest like `sha256:9f86…`. */
export function splitDigest(digest: string): { readonly algorithm: string; readonly sum: string } {
  const [algorithm = '', sum = ''] = digest.split(':');
  return { algorithm, sum };
}

/** What the file hashes to, by the algorithm of `digest`, in small hex digits. @throws what reading it throws */
export async function sumOf(path: string, digest: string): Promise<string> {
  const hash = createHash(splitDigest(digest).algorithm);
  await pipeline(createReadStream(path, { highWaterMark: 1024 * 1024 }), hash);
  return hash.digest('hex');
}

/** The error of content that is not what was expected: `what` names it and where it is from. */
export function checksumMismatch(
  what: string,
  digest: string,
  found: string,
  hint = 'Do not use it. If its publisher says that the file was replaced, change the checksum in the recipe.',
): DeployerError {
  const { algorithm, sum } = splitDigest(digest);
  return new DeployerError('checksum-mismatch', `${what} is not what it should be`, {
    excerpt: `expected ${algorithm} ${sum}\nfound    ${algorithm} ${found}`,
    hint,
  });
}
