import { UsageError } from '../errors.ts';
import { wordsOf } from './words.ts';

/** How deep files may include each other, as with OpenSSH. */
const deepest = 16;

/** One line of an ssh_config that says something. */
export interface SshDirective {
  /** In small letters. */
  readonly keyword: string;
  readonly words: readonly string[];
  /** What an `include` includes, file by file. */
  readonly included: readonly (readonly SshDirective[])[];
}

/** What reading an ssh_config needs of the file system. */
export interface SshConfigFiles {
  /** The file's text; null when there is none. */
  read(file: string): Promise<string | null>;
  /** The files that an `Include` means, in order: its word may begin with `~`, be relative to the folder of the first file and hold wildcards. */
  matching(pattern: string): Promise<readonly string[]>;
}

/**
 * The directives of an ssh_config and of all that it includes; none when there is no such file.
 * @throws {UsageError} `bad-ssh-config` with file and line where it cannot be understood
 */
export async function readSshConfig(
  file: string,
  files: SshConfigFiles,
  depth = 0,
): Promise<readonly SshDirective[]> {
  if (depth > deepest) throw badConfig(file, 1, 'files include each other too deeply');
  const lines = ((await files.read(file)) ?? '').split(/\r?\n/);
  const directives: SshDirective[] = [];
  for (const [index, line] of lines.entries()) {
    const [keyword = '', ...words] = wordsOf(line) ?? unreadable(file, index + 1);
    if (keyword === '') continue;
    if (words.length === 0) throw badConfig(file, index + 1, `${keyword} says nothing`);
    const named = keyword.toLowerCase();
    const included = named === 'include' ? await readIncluded(words, files, depth) : [];
    directives.push({ keyword: named, words, included });
  }
  return directives;
}

async function readIncluded(
  patterns: readonly string[],
  files: SshConfigFiles,
  depth: number,
): Promise<SshDirective['included']> {
  const found = await Promise.all(patterns.map((pattern) => files.matching(pattern)));
  return Promise.all(found.flat().map((file) => readSshConfig(file, files, depth + 1)));
}

function unreadable(file: string, line: number): never {
  throw badConfig(file, line, 'a quote is not closed, or no keyword begins the line');
}

function badConfig(file: string, line: number, what: string): UsageError {
  return new UsageError('bad-ssh-config', `${file}:${line}: ${what}`, {
    hint: 'OpenSSH would refuse it, too: see ssh_config(5).',
  });
}
