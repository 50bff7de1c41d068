import { readdir, readFile } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { fits } from './patterns.ts';
import { readSshConfig, type SshConfigFiles, type SshDirective } from './ssh-config.ts';

/** Where the one is that counts for all users of this computer. */
const usualSystemFolder = '/etc/ssh';

/**
 * What the user's own ssh_config says, then what that of this computer does; nothing where there are none.
 * @throws {UsageError} `bad-ssh-config` where one cannot be understood
 */
export async function loadSshConfig(
  home: string,
  systemFolder = usualSystemFolder,
): Promise<readonly SshDirective[]> {
  const userFolder = join(home, '.ssh');
  const read = await Promise.all([
    readSshConfig(join(userFolder, 'config'), sshConfigFiles(home, userFolder)),
    readSshConfig(join(systemFolder, 'ssh_config'), sshConfigFiles(home, systemFolder)),
  ]);
  return read.map((included) => ({ keyword: 'include', words: [''], included: [included] }));
}

/** The files of this computer, for the user with this home folder; what is included lies in the other folder. */
function sshConfigFiles(home: string, folder: string): SshConfigFiles {
  return {
    read: readIfThere,
    matching: async (pattern) => {
      const path = pattern.startsWith('~/') ? join(home, pattern.slice(2)) : pattern;
      return filesLike(isAbsolute(path) ? path : join(folder, path));
    },
  };
}

/** What wildcards mean that is no file, or that has gone, says nothing. */
const notAFile = ['ENOENT', 'ENOTDIR', 'EISDIR'];

async function readIfThere(file: string): Promise<string | null> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && notAFile.includes(String(error.code))) {
      return null;
    }
    throw error;
  }
}

/** The files that an absolute path with wildcards means, in the order of their names. */
async function filesLike(path: string): Promise<readonly string[]> {
  let found: readonly string[] = [''];
  for (const name of path.split('/').slice(1)) {
    const within = await Promise.all(found.map((folder) => namesLike(folder, name)));
    found = within.flat();
  }
  return found;
}

async function namesLike(folder: string, pattern: string): Promise<readonly string[]> {
  if (!/[*?]/.test(pattern)) return [`${folder}/${pattern}`];
  const names = await readdir(`${folder}/`).catch(() => []);
  const isHidden = (name: string) => name.startsWith('.');
  const wanted = names.filter(
    (name) => fits(pattern, name) && isHidden(name) === isHidden(pattern),
  );
  return wanted.toSorted().map((name) => `${folder}/${name}`);
}
