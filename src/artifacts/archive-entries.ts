import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import type { ArtifactStep } from '../node/steps/artifact.ts';
import type { ArchiveEntry } from './archive-entry.ts';

type Format = NonNullable<ArtifactStep['unpack']>['format'];
type Visit = (entry: ArchiveEntry) => void;

const tarTypes: Readonly<Record<string, ArchiveEntry['type']>> = {
  File: 'file',
  OldFile: 'file',
  ContiguousFile: 'file',
  Directory: 'directory',
  SymbolicLink: 'symlink',
  Link: 'hardlink',
};

/** The type bits of a file's mode, as unix has them and zip keeps them. */
const modeTypes: ReadonlyMap<number, ArchiveEntry['type']> = new Map([
  [0, 'file'],
  [0o040000, 'directory'],
  [0o100000, 'file'],
  [0o120000, 'symlink'],
]);

const longestTarget = 4096;

/**
 * Visits every entry of an archive, in order, and nothing is unpacked.
 * @throws {Error} when it is no such archive, or is cut short or damaged; what `visit` throws
 */
export async function visitEntries(path: string, format: Format, visit: Visit): Promise<void> {
  if (format === 'zip') await visitZip(path, visit);
  else await visitTar(path, format, visit);
}

async function visitTar(path: string, format: Format, visit: Visit): Promise<void> {
  const { Parser } = await import('tar');
  const parser = new Parser({
    strict: true,
    onReadEntry: (entry) => {
      const type = tarTypes[entry.type] ?? 'other';
      try {
        visit({ path: entry.path, type, target: entry.linkpath ?? '', size: entry.size });
      } catch (error) {
        parser.abort(error instanceof Error ? error : new Error(String(error)));
      }
      entry.resume();
    },
  });
  const file = createReadStream(path, { highWaterMark: 1024 * 1024 });
  const ended = once(parser, 'end');
  // It is heard by the last line, which an error of the file would come before.
  ended.catch(() => {});
  for await (const chunk of format === 'tar.xz' ? decompressXz(file) : file) {
    if (!parser.write(chunk)) await Promise.race([once(parser, 'drain'), ended]);
  }
  parser.end();
  await ended;
}

async function* decompressXz(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  // A package of CommonJS: outside of tests only its default is an import's.
  const { default: xz } = await import('xz-decompress');
  const stream = new xz.XzReadableStream(Readable.toWeb(Readable.from(source)));
  const reader = stream.getReader();
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      yield Buffer.from(next.value);
    }
  } finally {
    // It unpacks one archive at a time: one that is left before its end would hold up all others, and its file.
    await reader.cancel().catch(() => {});
  }
}

async function visitZip(path: string, visit: Visit): Promise<void> {
  const { openPromise } = await import('yauzl');
  // It would refuse some paths by itself, in other words.
  const zip = await openPromise(path, { lazyEntries: true, decodeStrings: false });
  try {
    for await (const entry of zip.eachEntry()) {
      const name = Buffer.from(entry.fileNameRaw ?? entry.fileName).toString();
      const mode = (entry.externalFileAttributes >>> 16) & 0o170000;
      const type = name.endsWith('/') ? 'directory' : (modeTypes.get(mode) ?? 'other');
      const isLink = type === 'symlink' && entry.uncompressedSize <= longestTarget;
      const target = isLink ? await textOf(await zip.openReadStreamPromise(entry)) : '';
      visit({ path: name, type, target, size: entry.uncompressedSize });
    }
  } finally {
    zip.close();
  }
}

async function textOf(stream: Readable): Promise<string> {
  const chunks = await stream.toArray();
  return Buffer.concat(chunks).toString();
}
