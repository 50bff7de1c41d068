import { DeployerError, UsageError } from '../errors.ts';

/** The error of a cache that cannot be written. */
export function cacheUnwritable(folder: string, cause: unknown): DeployerError {
  return new DeployerError('cache-unwritable', `cannot keep downloads in ${folder}`, {
    excerpt: cause instanceof Error ? cause.message : String(cause),
    cause,
    hint: 'Make room there, or name another folder: DEPLOYER_CACHE=/path deployer …',
  });
}

/** The error of a file that somebody removed from the cache, or changed there, while it was used. */
export function cacheChanged(what: string): DeployerError {
  return new DeployerError('cache-changed', `${what} changed in the cache while it was used`, {
    retryable: true,
    hint: 'Run the same command again: what is missing is fetched.',
  });
}

/**
 * The error of something that no place has.
 * @param reasons one line for each place that was tried
 */
export function unavailable(what: string, reasons: readonly string[]): DeployerError {
  return new DeployerError('artifact-unavailable', `${what} cannot be had`, {
    excerpt: reasons.join('\n'),
    retryable: true,
    hint: 'Is the version right, and does this computer reach the place? HTTPS_PROXY and NO_PROXY count. Another source may have it: see `sources` in the recipe.',
  });
}

/** The error of a web page in the place of a file. */
export function pageInstead(url: string, excerpt: string): DeployerError {
  return new DeployerError('page-instead-of-file', `${url} gives a web page, not the file`, {
    excerpt,
    hint: 'A portal or proxy may want a login, or the file has moved: open the address in a browser.',
  });
}

/** The error of a publisher's checksum file that does not tell the sum. */
export function noSum(url: string, name: string, names: readonly string[]): DeployerError {
  const listed = names.length === 0 ? '' : ` It names ${names.slice(0, 10).join(', ')}.`;
  return new DeployerError('no-checksum', `${url} holds no checksum of ${name}`, {
    hint: `Expected sha256 or sha512, as bare hex digits or in lines like those of sha256sum.${listed} Or write the sum into the recipe: checksum: {sha256: …}`,
  });
}

/** The error of a file whose publisher tells another checksum than it did when it was asked first. */
export function sumChanged(name: string, before: string, now: string): DeployerError {
  return new DeployerError('checksum-changed', `the publisher of ${name} tells another checksum`, {
    excerpt: `before ${before}\nnow    ${now}`,
    retryable: true,
    hint: 'The file was replaced. If that is what its publisher says, run the same command again: it takes the new one.',
  });
}

/** The error of a publisher's checksum file that is none, as long as it is. */
export function sumsTooLong(url: string, longestBytes: number): DeployerError {
  const message = `${url} is longer than any list of checksums (${longestBytes / 1024 / 1024} MiB)`;
  return new DeployerError('no-checksum', message, {
    hint: 'Is it the address of the checksum file, and not of the file itself? Or write the sum into the recipe: checksum: {sha256: …}',
  });
}

/** The error of a version of which the recipe knows no lock file. */
export function noLock(
  { name, version }: { readonly name: string; readonly version: string },
  file: string,
  there: readonly string[],
): UsageError {
  const known = there.length === 0 ? 'There is none at all.' : `There are: ${there.join(', ')}.`;
  return new UsageError(
    'unsupported-version',
    `${name} ${version}: there is no lock file ${file}`,
    {
      hint: `Only a version whose files are listed with their checksums can be installed. ${known}`,
    },
  );
}

/** The error of an archive whose kind its name does not tell. */
export function unknownFormat(name: string): UsageError {
  return new UsageError('unknown-format', `what kind of archive is ${name}?`, {
    hint: 'Its name ends with none of .tar.gz, .tgz, .tar.xz, .zip: write unpack: {format: tar.gz}.',
  });
}

/** The error of an address whose end is no name for a file. */
export function badFileName(name: string): UsageError {
  return new UsageError('no-file-name', `"${name}" cannot be the name of a file`, {
    hint: 'Say what it is to be called: as: NAME',
  });
}

/** The error of a file of the user's own that is not there. */
export function noOwnFile(path: string, cause: unknown): UsageError {
  return new UsageError('no-file', `there is no file ${path}`, {
    cause,
    hint: 'Put it there, or choose another of the sources of the artifact.',
  });
}

/** The error of a file of the user's own that is there, and cannot be read. */
export function unreadableOwnFile(path: string, cause: unknown): UsageError {
  return new UsageError('unreadable-file', `cannot read the file ${path}`, {
    excerpt: cause instanceof Error ? cause.message : String(cause),
    cause,
    hint: 'It must be a file that you may read.',
  });
}

/** The error of files that mvn did not give although it was content. */
export function notGiven(coordinates: readonly string[]): DeployerError {
  return new DeployerError('maven-failed', 'mvn is content, but did not give all files', {
    excerpt: coordinates.slice(0, 10).join('\n'),
    hint: 'Their type in the lock file may not be what the files end with: make the lock file anew.',
  });
}
