import { DeployerError } from '../errors.ts';
import { megabytes } from './megabytes.ts';

const diskHint =
  'Make room there (`du -xm / | sort -n | tail` tells what takes it), or use machines with a larger disk; then run the same command again.';

/** Below this a disk counts as full: its last blocks may be kept for root. */
const fullBytes = 2 * 1024 * 1024;

/** The error of a node that has less room than it needs; nothing was sent. */
export function noRoom(
  node: string,
  { name, folder, needed, free }: { name: string; folder: string; needed: number; free: number },
): DeployerError {
  const message = `${node}: ${name} needs ${megabytes(needed)} MB where ${folder} is, and ${megabytes(free)} MB are free`;
  return new DeployerError('node-disk-full', message, { hint: diskHint });
}

/**
 * The error of a node that could not write what was sent.
 * @param failure free blocks, their size, and what was said, as base64
 */
export function notWritten(node: string, failure: readonly string[]): DeployerError {
  const [blocks = '', size = '', said = ''] = failure;
  const excerpt = Buffer.from(said, 'base64').toString().trim();
  const free = blocks === '' ? Number.POSITIVE_INFINITY : Number(blocks) * Number(size);
  if (free < fullBytes) {
    return new DeployerError('node-disk-full', `${node}: its disk became full meanwhile`, {
      excerpt,
      hint: `What was sent has been removed there again. ${diskHint}`,
    });
  }
  return new DeployerError('not-delivered', `${node}: could not write what was sent`, {
    excerpt,
    hint: 'Look at /var/lib/deployer there: is its disk mounted read-only?',
  });
}

/** The error of files that arrived twice as something else than was sent. */
export function damagedOnNode(node: string, digests: readonly string[]): DeployerError {
  return new DeployerError('damaged-on-node', `${node}: files do not read back as they were sent`, {
    excerpt: digests.join('\n'),
    hint: 'Sent twice, with the same outcome: its disk or its memory is not to be trusted. Replace the machine.',
  });
}

/** The error of a node that could not fetch a file by itself. */
export function notFetched(
  node: string,
  name: string,
  urls: readonly string[],
  excerpt: string,
): DeployerError {
  return new DeployerError('not-fetched', `${node}: could not fetch ${name} by itself`, {
    excerpt: `${urls.join('\n')}\n${excerpt}`.trim(),
    hint: 'Can the node reach these places, and does it have ca-certificates for https? With `artifacts: push` in the profile this computer fetches and sends it.',
    retryable: true,
  });
}
