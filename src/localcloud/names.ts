import { createHash } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';

/** The first hexadecimal digits of a text's SHA-256. */
export function digest(text: string, digits: number): string {
  return createHash('sha256').update(text).digest('hex').slice(0, digits);
}

/** The folder of the local cloud that a process with this environment uses. */
export function cloudDirectory(env: NodeJS.ProcessEnv): string {
  const chosen = env['DEPLOYER_CLOUD'];
  if (chosen !== undefined && chosen !== '') return chosen;
  if (process.getuid?.() === 0) return '/var/lib/deployer-cloud';
  return join(env['HOME'] ?? homedir(), '.local/share/deployer/cloud');
}

/** Where the images of the cloud in `directory` are: in it, unless `DEPLOYER_CLOUD_IMAGES` names a place to share. */
export function imagesDirectory(directory: string, env: NodeJS.ProcessEnv): string {
  const chosen = env['DEPLOYER_CLOUD_IMAGES'];
  return chosen !== undefined && chosen !== '' ? chosen : join(directory, 'images');
}

/** The access key of the account that belongs to a state folder, 20 characters long; the folder need not exist yet. */
export function accountOf(stateFolder: string): string {
  return `AK${digest(realPathOf(resolve(stateFolder)), 18).toUpperCase()}`;
}

/** The path without links, as far as it exists. */
function realPathOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    const parent = dirname(path);
    return parent === path ? path : join(realPathOf(parent), basename(path));
  }
}

/** The name of a cloud directory's bridge, table, control group and units. */
export function networkName(realDirectory: string): string {
  return `dc${digest(realDirectory, 8)}`;
}

/** The id that an image of this name has in every cloud directory. */
export function imageIdOf(name: string): string {
  return `ami-${digest(name, 17)}`;
}

/** The name of the host's end of a machine's network cable; the kernel allows 15 characters. */
export function vethOf(instanceId: string): string {
  return `v${instanceId.slice(-14)}`;
}

/** The hardware address of the machine with this IPv4 address, so that nobody has to ask for it. */
export function macOf(address: string): string {
  const bytes = address.split('.').map((part) => Number(part).toString(16).padStart(2, '0'));
  return ['02', 'dc', ...bytes].join(':');
}

/** The name that EC2 gives a machine with this address, such as `ip-10-77-0-11`. */
export function hostnameOf(address: string): string {
  return `ip-${address.replaceAll('.', '-')}`;
}
