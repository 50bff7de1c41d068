import {
  chmod,
  type FileHandle,
  mkdir,
  open,
  readFile,
  rename,
  rm,
  writeFile,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isSystemError, reading, writing } from './state-errors.ts';

/** Everything in the state may tell about somebody's machines, so only its owner may read it. */
export const privateFile = 0o600;
const privateFolder = 0o700;

/**
 * Makes the cluster's folder and the ones above it, readable for their owner alone, and tells git to ignore what
 * lies in the state root (the folder's parent), so that secrets are never committed.
 *
 * @throws {DeployerError} `state-unwritable`
 */
export async function ensureClusterFolder(folder: string): Promise<void> {
  await writing(folder, async () => {
    await makeFolders(folder);
    await ignoreInGit(dirname(folder));
  });
}

/** Makes a folder inside a cluster's folder, readable for its owner alone. */
export async function ensurePrivateFolder(folder: string): Promise<void> {
  await ensureClusterFolder(dirname(folder));
  await writing(folder, async () => {
    await makeFolder(folder);
    await chmod(folder, privateFolder);
  });
}

/** The file's content; null when there is no such file. @throws {DeployerError} `state-unreadable` */
export async function readIfThere(path: string): Promise<Buffer | null> {
  return reading(path, async () => {
    try {
      return await readFile(path);
    } catch (error) {
      if (isSystemError(error, 'ENOENT')) return null;
      throw error;
    }
  });
}

/**
 * Replaces a file in the cluster's folder as a whole: whatever happens, its old or its new content is there, and when
 * this resolves the new one survives a power cut. One writer at a time, which the cluster's lock sees to.
 *
 * @throws {DeployerError} `state-unwritable`; the old content is still there.
 */
export async function replaceDurably(path: string, content: string): Promise<void> {
  const temporary = `${path}.tmp`;
  await ensureClusterFolder(dirname(path));
  await writing(path, async () => {
    try {
      await writeSynced(temporary, content);
      await rename(temporary, path);
    } catch (error) {
      await rm(temporary, { force: true }).catch(() => undefined);
      throw error;
    }
    await syncFolder(dirname(path));
  });
}

/** Writes a private file and waits until the disk has it; does not sync its folder. */
export async function writeSynced(path: string, content: string): Promise<void> {
  await withFile(path, 'w', async (file) => {
    await file.writeFile(content);
    await file.sync();
  });
}

/** Waits until the disk has what was created, renamed and removed in the folder. */
export async function syncFolder(folder: string): Promise<void> {
  await withFile(folder, 'r', (handle) => handle.sync());
}

/** What `work` resolves with; the file is open while it runs, and created private when `flags` create it. */
export async function withFile<T>(
  path: string,
  flags: string | number,
  work: (file: FileHandle) => Promise<T>,
): Promise<T> {
  const file = await open(path, flags, privateFile);
  try {
    return await work(file);
  } finally {
    await file.close();
  }
}

/** Node's own recursive mkdir answers "no such file" for a read-only disk, and syncs nothing. */
async function makeFolders(folder: string): Promise<void> {
  try {
    await makeFolder(folder);
  } catch (error) {
    if (!isSystemError(error, 'ENOENT') || dirname(folder) === folder) throw error;
    await makeFolders(dirname(folder));
    await makeFolder(folder);
  }
}

async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { mode: privateFolder });
  } catch (error) {
    if (isSystemError(error, 'EEXIST')) return;
    throw error;
  }
  await syncFolder(dirname(folder));
}

async function ignoreInGit(root: string): Promise<void> {
  try {
    await writeFile(join(root, '.gitignore'), '*\n', { flag: 'wx', mode: 0o644 });
  } catch (error) {
    if (!isSystemError(error, 'EEXIST')) throw error;
  }
}
