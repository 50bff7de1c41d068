import { UsageError } from '../errors.ts';

/** One file of a lock: what Maven calls it, and what it must be. */
export interface LockedFile {
  readonly group: string;
  readonly artifact: string;
  readonly version: string;
  /** Empty when it has none. */
  readonly classifier: string;
  /** Like `jar`. */
  readonly type: string;
  readonly digest: string;
  readonly size: number;
  /** What it is called outside of a repository, like `guava-32.0.1-jre.jar`. */
  readonly name: string;
}

const word = '[A-Za-z0-9_][A-Za-z0-9_.+-]*';
const linePattern = new RegExp(
  `^(${word}):(${word}):(${word})(?::(${word})?)?(?::(${word}))? ([0-9a-f]{64}) ([0-9]{1,15})$`,
);

/**
 * The files that a lock lists, in its order: lines `group:artifact:version[:classifier[:type]] sha256 size`, with
 * comments from `#` at their beginning.
 * @param file for messages
 * @throws {UsageError} `bad-lock` with every line that is wrong
 */
export function parseLock(text: string, file: string): readonly LockedFile[] {
  const problems: string[] = [];
  const names = new Map<string, number>();
  const locked = text.split('\n').flatMap((line, index) => {
    const content = line.trim();
    if (content === '' || content.startsWith('#')) return [];
    const parsed = parseLine(content);
    const before = names.get(parsed?.name ?? '');
    if (parsed === null) {
      problems.push(`${file}:${index + 1}: expected group:artifact:version sha256 size`);
    } else if (before !== undefined) {
      problems.push(`${file}:${index + 1}: ${parsed.name} is the name of line ${before} too`);
    }
    names.set(parsed?.name ?? '', index + 1);
    return parsed === null ? [] : [parsed];
  });
  if (locked.length === 0 && problems.length === 0) problems.push(`${file}: it lists no file`);
  if (problems.length === 0) return locked;
  throw new UsageError('bad-lock', `the lock file ${file} cannot be used`, {
    excerpt: problems.slice(0, 20).join('\n'),
    hint: 'Make it anew, as its first lines say; it is not meant to be written by hand.',
  });
}

function parseLine(line: string): LockedFile | null {
  const match = linePattern.exec(line);
  if (match === null) return null;
  const [, group = '', artifact = '', version = '', classifier = '', type = 'jar', sum, size] =
    match;
  const tail = classifier === '' ? '' : `-${classifier}`;
  return {
    ...{ group, artifact, version, classifier, type },
    digest: `sha256:${sum}`,
    size: Number(size),
    name: `${artifact}-${version}${tail}.${type}`,
  };
}

/** What Maven calls the file: `group:artifact:version`, with classifier and type where they are not the usual ones. */
export function coordinatesOf({ group, artifact, version, classifier, type }: LockedFile): string {
  const tail = type === 'jar' ? [classifier].filter((part) => part !== '') : [classifier, type];
  return [group, artifact, version, ...tail].join(':');
}
