import { DeployerError } from '../errors.ts';
import type { ArtifactStep } from '../node/steps/artifact.ts';
import { visitEntries } from './archive-entries.ts';
import { createEntryJudge } from './archive-entry.ts';

/** A file that is unpacked takes at least a block. */
const blockBytes = 4096;

/**
 * How many bytes the archive takes once it is unpacked; it has been read to its end, and nothing in it leads out of the
 * folder that it is unpacked to.
 * @param name of the archive, for messages
 * @throws {DeployerError} `unsafe-archive`, `bad-archive` when it is cut short, damaged or something else,
 * `empty-archive` when nothing of it is left
 */
export async function checkArchive(
  path: string,
  { format, strip }: NonNullable<ArtifactStep['unpack']>,
  name: string,
): Promise<number> {
  const judge = createEntryJudge(strip);
  let bytes = 0;
  let count = 0;
  try {
    await visitEntries(path, format, (entry) => {
      const flaw = judge.flawOf(entry);
      if (flaw !== undefined) throw unsafe(name, entry.path, flaw);
      if (entry.path.split('/').filter((part) => !/^\.?$/.test(part)).length > strip) count += 1;
      bytes += Math.ceil(entry.size / blockBytes + 1) * blockBytes;
    });
  } catch (error) {
    throw error instanceof DeployerError ? error : broken(name, format, error);
  }
  if (count === 0) throw nothingLeft(name, strip);
  return bytes;
}

function unsafe(name: string, path: string, flaw: string): DeployerError {
  const shown = JSON.stringify(path.slice(0, 200));
  return new DeployerError(
    'unsafe-archive',
    `${name} is not unpacked: ${shown} in it is not safe`,
    {
      excerpt: flaw,
      hint: 'No archive of an honest publisher looks like this. Nothing was sent to any node.',
    },
  );
}

function broken(name: string, format: string, cause: unknown): DeployerError {
  return new DeployerError('bad-archive', `${name} is no whole ${format} archive`, {
    excerpt: cause instanceof Error ? cause.message : String(cause),
    cause,
    hint: 'Its checksum is right, so it was published like this: name another file or version, or its format with unpack: {format: …}.',
  });
}

function nothingLeft(name: string, strip: number): DeployerError {
  return new DeployerError('empty-archive', `nothing is left of ${name}`, {
    hint: `Every path in it has at most ${strip} names, and so many are left out: write a smaller strip.`,
  });
}
