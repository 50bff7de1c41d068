import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

/** A path of the configuration: relative ones begin beside it. */
export function fromConfig(path: string, configFile: string): string {
  if (path === '~' || path.startsWith('~/')) return join(homedir(), path.slice(1));
  return resolve(dirname(configFile), path);
}
