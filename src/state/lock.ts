import { randomUUID } from 'node:crypto';
import { rename, rm, rmdir } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Clock } from '../clock.ts';
import { DeployerError, exitCodes } from '../errors.ts';
import {
  type LockClaim,
  type LockHolder,
  lockFile,
  placeClaim,
  readClaims,
  successionFile,
} from './lock-file.ts';
import { thisProcess, type Whereabouts, whereaboutsOf } from './process-identity.ts';
import { isSystemError, writing } from './state-errors.ts';
import type { StateNotice } from './state-notice.ts';

/** How long to wait for a lock that somebody holds. */
export interface LockWait {
  readonly timeoutMs: number;
  /** Told once of every holder that is waited for. */
  onWait(holder: LockHolder): void;
}

/** What {@link acquireLock} needs. */
export interface LockOptions {
  /** How the run calls itself in the messages of others, such as its id. */
  readonly who: string;
  /** The verb, like `create`. */
  readonly operation: string;
  /** Without it, a lock that is held is refused at once. */
  readonly wait?: LockWait;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** The lock of a cluster, held by this process until it is released. */
export interface Lock extends AsyncDisposable {
  readonly holder: LockHolder;
  /** Set when a dead owner's lock was taken over. */
  readonly notice: StateNotice | null;
  /** Gives the lock back, and removes the cluster's folder when nothing else is in it. Releases only its own; idempotent. */
  release(): Promise<void>;
}

const pollMs = 200;

/**
 * The lock of the cluster whose folder this is. Of many processes exactly one gets it; that of an owner that died on
 * this computer is taken over.
 *
 * @throws {DeployerError} `locked` or `locked-elsewhere` (exit code 4) when somebody holds it, at the end of the wait
 * if there was one; `lock-unreadable`; `state-unwritable`; the signal's reason when it aborts. Nothing is held then.
 */
export async function acquireLock(folder: string, options: LockOptions): Promise<Lock> {
  const { clock, signal, wait } = options;
  const deadlineMs = clock.monotonicMs() + (wait?.timeoutMs ?? 0);
  const me = await claimant(options);
  let toldAbout = '';
  for (;;) {
    signal.throwIfAborted();
    const attempt = await attemptLock(folder, me);
    if (attempt.won) return heldLock(folder, me, attempt.takenFrom);
    const { claim, whereabouts } = attempt;
    const leftMs = deadlineMs - clock.monotonicMs();
    if (wait === undefined || leftMs <= 0) throw lockedError(folder, claim, whereabouts);
    if (toldAbout !== claim.holder.id) wait.onWait(claim.holder);
    toldAbout = claim.holder.id;
    await clock.sleep(Math.min(pollMs, leftMs), signal);
  }
}

/** Who holds the lock now; null when it is free or its owner is dead. @throws {DeployerError} `lock-unreadable` */
export async function lockHolder(folder: string): Promise<LockHolder | null> {
  const holder = (await readClaims(folder)).at(-1)?.holder;
  if (holder === undefined) return null;
  return (await whereaboutsOf(holder)) === 'gone' ? null : holder;
}

type Attempt =
  | { readonly won: true; readonly takenFrom: LockHolder | null }
  | { readonly won: false; readonly claim: LockClaim; readonly whereabouts: Whereabouts };

/** Tries until the lock is ours or a living holder is seen; each round that gets nowhere saw somebody else get on. */
async function attemptLock(folder: string, me: LockHolder): Promise<Attempt> {
  for (;;) {
    const claims = await readClaims(folder);
    const last = claims.at(-1);
    if (last === undefined) {
      if (await placeClaim(folder, lockFile(folder), me)) return { won: true, takenFrom: null };
      continue;
    }
    const whereabouts = await whereaboutsOf(last.holder);
    if (whereabouts !== 'gone') return { won: false, claim: last, whereabouts };
    if (await succeed(folder, me, claims, last)) return { won: true, takenFrom: last.holder };
  }
}

/**
 * Takes over from a dead holder. A dead owner's file is never removed to make room, since by then it may be the file
 * of the next owner. Instead a claim named after the dead owner's id is placed, which one process can do, and is then
 * moved onto the lock. A claim by one who read the lock long ago leads nowhere from the lock, which shows when the
 * claims are read again; one that dies before the move is itself succeeded in the same way.
 */
async function succeed(
  folder: string,
  me: LockHolder,
  claims: readonly LockClaim[],
  dead: LockClaim,
): Promise<boolean> {
  const claim = successionFile(folder, dead.holder.id);
  if (!(await placeClaim(folder, claim, me))) return false;
  const isMine = (await readClaims(folder)).at(-1)?.holder.id === me.id;
  await writing(claim, async () => {
    if (!isMine) return rm(claim, { force: true });
    await rename(claim, lockFile(folder));
    for (const { file } of claims.slice(1)) await rm(file, { force: true });
  });
  return isMine;
}

function heldLock(folder: string, holder: LockHolder, takenFrom: LockHolder | null): Lock {
  const release = async () => {
    const file = lockFile(folder);
    const [claim] = await readClaims(folder);
    if (claim?.holder.id !== holder.id) return;
    await writing(file, async () => {
      await rm(file, { force: true });
      await removeIfEmpty(folder);
    });
  };
  const notice = takenFrom === null ? null : takeoverNotice(folder, takenFrom);
  return { holder, notice, release, [Symbol.asyncDispose]: release };
}

async function removeIfEmpty(folder: string): Promise<void> {
  try {
    await rmdir(folder);
  } catch (error) {
    if (!isSystemError(error, 'ENOTEMPTY', 'EEXIST', 'ENOENT')) throw error;
  }
}

async function claimant({ who, operation, clock }: LockOptions): Promise<LockHolder> {
  const since = new Date(clock.now()).toISOString();
  return { id: randomUUID(), ...(await thisProcess()), who, operation, since };
}

function lockedError(folder: string, claim: LockClaim, whereabouts: Whereabouts): DeployerError {
  const { holder, file } = claim;
  const message = `${basename(folder)} is locked by ${describeHolder(holder)}`;
  if (whereabouts === 'elsewhere') {
    const hint = `When it is certain that it no longer runs on ${holder.hostname}: rm '${file}'`;
    return new DeployerError('locked-elsewhere', message, { exitCode: exitCodes.locked, hint });
  }
  const hint = `Wait for it with --wait, or look at it: ps -fp ${holder.pid}`;
  return new DeployerError('locked', message, { exitCode: exitCodes.locked, hint });
}

function takeoverNotice(folder: string, dead: LockHolder): StateNotice {
  return {
    level: 'warning',
    message: `took over the lock of ${basename(folder)} from ${describeHolder(dead)}, which has died`,
    hint: 'What it left under way is resolved first.',
  };
}

function describeHolder({ operation, who, user, hostname, pid, since }: LockHolder): string {
  return `${operation} (${who}) of ${user} on ${hostname}, pid ${pid}, since ${since}`;
}
