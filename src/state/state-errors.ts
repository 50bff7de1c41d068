import { DeployerError } from '../errors.ts';

const elsewhere = 'or keep the state elsewhere with --state DIR';

const remedies: Readonly<Record<string, string>> = {
  ENOSPC: `Free some space on that disk, ${elsewhere}, and run the same command again.`,
  EDQUOT: `Your quota on that disk is used up: free some space, ${elsewhere}.`,
  EROFS: `That disk is mounted read-only: mount it writable, ${elsewhere}.`,
  EACCES: `Give yourself access to it (see: ls -ld), ${elsewhere}.`,
  EPERM: `Give yourself access to it (see: ls -ld), ${elsewhere}.`,
  ENOTDIR: `A file stands where a folder is needed: move it away, ${elsewhere}.`,
  EEXIST: `A file stands where a folder is needed: move it away, ${elsewhere}.`,
};

/** True when `error` is the operating system's answer with one of these codes, like `ENOENT`. */
export function isSystemError(error: unknown, ...codes: readonly string[]): boolean {
  return codes.includes(systemCode(error));
}

/**
 * What `work` resolves with; `path` is what it writes.
 *
 * @throws {DeployerError} `state-unwritable`, naming the path and the remedy, when the operating system refuses.
 */
export async function writing<T>(path: string, work: () => Promise<T>): Promise<T> {
  return translating('state-unwritable', `cannot write ${path}`, work);
}

/**
 * What `work` resolves with; `path` is what it reads.
 *
 * @throws {DeployerError} `state-unreadable`, naming the path and the remedy, when the operating system refuses.
 */
export async function reading<T>(path: string, work: () => Promise<T>): Promise<T> {
  return translating('state-unreadable', `cannot read ${path}`, work);
}

/** The error for a file that is there, but whose content cannot be trusted; `remedy` says how to go on. */
export function damagedState(what: string, remedy: string): DeployerError {
  return new DeployerError('state-damaged', what, { hint: remedy });
}

/** The error for a file that a newer version of the program wrote. */
export function tooNewState(file: string, detail: string): DeployerError {
  return new DeployerError('state-too-new', `${file} was written by a newer deployer: ${detail}`, {
    hint: 'Use that newer version of deployer for this cluster. The file was left as it is.',
  });
}

async function translating<T>(code: string, message: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const reason = systemCode(error);
    if (reason === '') throw error;
    const hint = remedies[reason] ?? `Look at that path and its disk, ${elsewhere}.`;
    throw new DeployerError(code, `${message}: ${describe(error)}`, { cause: error, hint });
  }
}

/** Node's message is "CODE: words, call 'path'"; the path is in ours already. */
function describe(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.replace(/, \w+( '.*')?$/s, '');
}

function systemCode(error: unknown): string {
  const isSystem = error instanceof Error && 'syscall' in error && 'code' in error;
  return isSystem && typeof error.code === 'string' ? error.code : '';
}
