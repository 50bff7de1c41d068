import { randomUUID } from 'node:crypto';
import { link, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { DeployerError, exitCodes } from '../errors.ts';
import { ensureClusterFolder, readIfThere, writeSynced } from './durable-file.ts';
import { isSystemError, writing } from './state-errors.ts';

const LockHolderSchema = z.object({
  /** Random, one for each taking of the lock. */
  id: z.string().min(1),
  pid: z.int().positive(),
  startTime: z.string(),
  bootId: z.string(),
  hostname: z.string(),
  user: z.string(),
  /** How the run calls itself. */
  who: z.string(),
  /** The verb that is being carried out. */
  operation: z.string(),
  /** Since when it holds the lock, ISO 8601. */
  since: z.string(),
});

/** Who holds a lock, or held it until it died. */
export type LockHolder = z.infer<typeof LockHolderSchema>;

/** A holder and the file that says so. */
export interface LockClaim {
  readonly holder: LockHolder;
  readonly file: string;
}

/** The name of the lock in a cluster's folder; names of its other files begin with it and a dot. */
export const lockName = 'lock';

/** The file that the holder of the lock is named in. */
export function lockFile(folder: string): string {
  return join(folder, lockName);
}

/** The file by which somebody claims the lock of the dead holder with this id. */
export function successionFile(folder: string, deadId: string): string {
  return join(folder, `${lockName}.after-${deadId}`);
}

/**
 * The lock's file followed by the claims of those who took over from the dead one before; the last is the holder.
 * Empty when the lock is free.
 *
 * @throws {DeployerError} `lock-unreadable`
 */
export async function readClaims(folder: string): Promise<readonly LockClaim[]> {
  const claims: LockClaim[] = [];
  let file = lockFile(folder);
  for (;;) {
    const holder = await readHolder(file);
    if (holder === null || claims.some((claim) => claim.holder.id === holder.id)) return claims;
    claims.push({ holder, file });
    file = successionFile(folder, holder.id);
  }
}

/**
 * Puts a claim in place, complete or not at all: true for exactly one of all who try the same file at once.
 * False, too, when the folder was removed meanwhile.
 * @throws {DeployerError} `state-unwritable`
 */
export async function placeClaim(
  folder: string,
  file: string,
  holder: LockHolder,
): Promise<boolean> {
  const draft = join(folder, `${lockName}.${randomUUID()}.tmp`);
  await ensureClusterFolder(folder);
  return writing(file, async () => {
    try {
      await writeSynced(draft, `${JSON.stringify(holder, null, 2)}\n`);
      await link(draft, file);
      return true;
    } catch (error) {
      if (isSystemError(error, 'EEXIST', 'ENOENT')) return false;
      throw error;
    } finally {
      await rm(draft, { force: true });
    }
  });
}

async function readHolder(file: string): Promise<LockHolder | null> {
  const content = await readIfThere(file);
  if (content === null) return null;
  try {
    return LockHolderSchema.parse(JSON.parse(content.toString('utf8')));
  } catch (cause) {
    throw new DeployerError('lock-unreadable', `${file} does not say who holds the lock`, {
      cause,
      exitCode: exitCodes.locked,
      hint: `When no deployer is at work on this cluster, remove it: rm '${file}'`,
    });
  }
}
