import { readdir, readFile } from 'node:fs/promises';
import { dirname, isAbsolute, join } from 'node:path';
import { fits } from './patterns.ts';
import { readSshConfig, type SshConfigFiles, type SshDirective } from './ssh-config.ts';

/** The one that counts for all users of this computer. */
const systemConfig = '/etc/ssh/ssh_config';

/**
 * What the user's own ssh_config says, then what that of this computer does; nothing where there are none.
 * @throws {UsageError} `bad-ssh-config` where one cannot be understood
 */
export async function loadSshConfig(home: string): Promise<readonly SshDirective[]> {
  const files = sshConfigFiles(home);
  const names = [join(home, '.ssh', 'config'), systemConfig];
  const read = await Promise.all(names.map((file) => readSshConfig(file, files)));
  return read.map((included) => ({ keyword: 'include', words: [''], included: [included] }));
}

/** The files of this computer, for the user with this home folder. */
function sshConfigFiles(home: string): SshConfigFiles {
  return {
    read: readIfThere,
    matching: async (pattern) => {
      const path = pattern.startsWith('~/') ? join(home, pattern.slice(2)) : pattern;
      return filesLike(isAbsolute(path) ? path : join(home, '.ssh', path));
    },
  };
}

async function readIfThere(file: string): Promise<string | null> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}

/** The files that a path with wildcards in its last name means, in the order of their names. */
async function filesLike(path: string): Promise<readonly string[]> {
  const folder = dirname(path);
  const last = path.slice(folder.length + 1);
  if (!/[*?]/.test(last)) return [path];
  const names = await readdir(folder).catch(() => []);
  const wanted = names.filter((name) => fits(last, name) && !name.startsWith('.'));
  return wanted.toSorted().map((name) => join(folder, name));
}
