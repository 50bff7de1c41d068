/** The digests in a publisher's checksum file, each with the name it stands for; null where it stands alone. */
export interface PublishedSum {
  readonly digest: string;
  readonly name: string | null;
}

const algorithms: Readonly<Record<number, string>> = { 64: 'sha256', 128: 'sha512' };

/**
 * All sha256 and sha512 sums that a checksum file holds. It may be one bare sum, lines as sha256sum and shasum write
 * them, lines of BSD's tools (`SHA256 (NAME) = SUM`), or what `gpg --print-md` prints (`NAME: ABCD 0123 …`).
 */
export function readSums(text: string): readonly PublishedSum[] {
  const plain = text.replace(/^\uFEFF/, '').replaceAll('\r', '');
  const lines = plain.split('\n').flatMap(readLine);
  return lines.length > 0 ? lines : readPrinted(plain);
}

/**
 * The digest of the file called `name`: sha512 where both are told. A bare sum counts when it stands alone.
 * Undefined when there is none, or when two contradict each other.
 */
export function digestIn(text: string, name: string): string | undefined {
  const sums = readSums(text);
  const own = sums.filter((sum) => sum.name === name);
  const bare = sums.length === 1 ? sums.filter((sum) => sum.name === null) : [];
  const digests = new Set([...own, ...bare].map(({ digest }) => digest));
  const [sha512, ...others] = [...digests].filter((digest) => digest.startsWith('sha512:'));
  const [sha256, ...more] = [...digests].filter((digest) => digest.startsWith('sha256:'));
  return others.length + more.length > 0 ? undefined : (sha512 ?? sha256);
}

function readLine(line: string): PublishedSum[] {
  const bsd = /^SHA(?:2-)?(?:256|512) ?\((.+)\) ?= ?([0-9a-f]+)$/i.exec(line.trim());
  if (bsd !== null) return sumOf(bsd[2], bsd[1]);
  const gnu = /^\\?([0-9a-f]+)(?:\s+\*?(\S.*))?$/i.exec(line.trim());
  return gnu === null ? [] : sumOf(gnu[1], gnu[2]);
}

/** Digits in groups, over several lines. */
function readPrinted(text: string): PublishedSum[] {
  const [, name, digits] = /^(\S+):((?:\s+[0-9a-f]+)+)\s*$/i.exec(text.trim()) ?? [];
  return digits === undefined ? [] : sumOf(digits.replaceAll(/\s/g, ''), name);
}

function sumOf(digits = '', name: string | undefined): PublishedSum[] {
  const algorithm = algorithms[digits.length];
  if (algorithm === undefined) return [];
  const base = name?.split('/').at(-1) ?? null;
  return [{ digest: `${algorithm}:${digits.toLowerCase()}`, name: base }];
}
