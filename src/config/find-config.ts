import { access } from 'node:fs/promises';
import path from 'node:path';
import { UsageError } from '../errors.ts';

/** Which config.yml is in force. */
export interface ConfigChoice {
  readonly file: string;
  /** How it was chosen, for people: `-c`, `found from the current folder`, `the shipped one`. */
  readonly origin: string;
  /** Whether it is the one that comes with the program. */
  readonly shipped: boolean;
}

/**
 * The config.yml in force: `asked` (-c), else the one in `cwd` or nearest above it, else that of the installation.
 *
 * @throws {UsageError} with code `no-config` when the file that was asked for does not exist
 */
export async function findConfig(options: {
  readonly asked: string | undefined;
  readonly cwd: string;
  /** Folder that holds the shipped config.yml. */
  readonly installation: string;
}): Promise<ConfigChoice> {
  const shippedFile = path.join(options.installation, 'config.yml');
  if (options.asked !== undefined) {
    const file = path.resolve(options.cwd, options.asked);
    if (await exists(file)) return { file, origin: '-c', shipped: file === shippedFile };
    throw new UsageError('no-config', `there is no file ${file}`, {
      hint: 'leave -c out to use the config.yml of this folder or the shipped one',
    });
  }
  const near = await nearestAbove(path.resolve(options.cwd));
  if (near === undefined || near === shippedFile) {
    return { file: shippedFile, origin: 'the shipped one', shipped: true };
  }
  return { file: near, origin: 'nearest to the current folder', shipped: false };
}

async function nearestAbove(folder: string): Promise<string | undefined> {
  const file = path.join(folder, 'config.yml');
  if (await exists(file)) return file;
  const parent = path.dirname(folder);
  return parent === folder ? undefined : nearestAbove(parent);
}

function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
