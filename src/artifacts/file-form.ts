import { type ArtifactStep, PlaceSchema } from '../node/steps/artifact.ts';
import { badFileName, unknownFormat } from './artifact-errors.ts';
import type { FileSource } from './source.ts';

/** A source that is one file. */
type OneFile = Pick<FileSource, 'unpack' | 'as' | 'executable'>;

const endings: readonly (readonly [
  pattern: RegExp,
  format: NonNullable<ArtifactStep['unpack']>['format'],
])[] = [
  [/\.(tar\.gz|tgz)$/i, 'tar.gz'],
  [/\.(tar\.xz|txz)$/i, 'tar.xz'],
  [/\.(zip|jar)$/i, 'zip'],
];

/**
 * How a source of one file, that hashes to `digest` and is called `name`, comes to a node.
 * @throws {UsageError} when its name does not tell what kind of archive it is, or is none for a file
 */
export function fileForm(
  { unpack, as, executable }: OneFile,
  digest: string,
  name: string,
): Pick<ArtifactStep, 'files' | 'unpack'> {
  if (unpack === undefined) {
    const place = as ?? name;
    // An address may hide a folder in its last name.
    const isOneName = as !== undefined || !name.includes('/');
    if (!isOneName || !PlaceSchema.safeParse(place).success) throw badFileName(name);
    return { files: [{ digest, as: place, ...(executable === true ? { executable } : {}) }] };
  }
  const format = unpack.format ?? endings.find(([pattern]) => pattern.test(name))?.[1];
  if (format === undefined) throw unknownFormat(name);
  return { files: [{ digest, as: 'archive' }], unpack: { format, strip: unpack.strip } };
}

/** The digest that a checksum in a recipe gives; undefined for one that has to be looked up. */
export function inlineDigest(checksum: FileSource['checksum']): string | undefined {
  if ('sha256' in checksum) return `sha256:${checksum.sha256.toLowerCase()}`;
  return 'sha512' in checksum ? `sha512:${checksum.sha512.toLowerCase()}` : undefined;
}
