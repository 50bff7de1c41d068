import { access, constants } from 'node:fs/promises';
import path from 'node:path';
import type { ConfigChoice } from './find-config.ts';

/** A folder for the state of clusters, and why this one. */
export interface StateRoot {
  readonly folder: string;
  readonly origin: string;
}

/**
 * Where the state of clusters lives: `--state`, else DEPLOYER_STATE, else `.deployer` beside the config.yml in force.
 * The shipped config.yml of an installed package cannot have anything beside it: then `~/.local/state/deployer`.
 */
export async function findStateRoot(options: {
  readonly asked: string | undefined;
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  readonly homeDir: string;
  readonly config: ConfigChoice;
}): Promise<StateRoot> {
  const { asked, env, cwd, homeDir, config } = options;
  if (asked !== undefined) return { folder: path.resolve(cwd, asked), origin: '--state' };
  const fromEnv = env['DEPLOYER_STATE'];
  if (fromEnv !== undefined && fromEnv !== '') {
    return { folder: path.resolve(cwd, fromEnv), origin: 'DEPLOYER_STATE' };
  }
  const home = path.dirname(config.file);
  if (config.shipped && !(await isOwnCheckout(home))) {
    const folder = path.join(homeDir, '.local', 'state', 'deployer');
    return { folder, origin: 'default of an installed package' };
  }
  return { folder: path.join(home, '.deployer'), origin: 'beside config.yml' };
}

/** Whether the program's folder is somebody's working copy rather than an installed package. */
async function isOwnCheckout(folder: string): Promise<boolean> {
  if (folder.split(path.sep).includes('node_modules')) return false;
  return access(folder, constants.W_OK).then(
    () => true,
    () => false,
  );
}
