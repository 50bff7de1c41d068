import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../clock.ts';
import { UsageError } from '../errors.ts';
import { ensureClusterFolder, syncFolder, writeSynced } from './durable-file.ts';
import { type HostKeys, openHostKeys } from './host-keys.ts';
import { type Journal, openJournal } from './journal.ts';
import { acquireLock, type Lock, type LockOptions, lockHolder } from './lock.ts';
import { type LockHolder, lockName } from './lock-file.ts';
import { openSecrets, type Secrets, secretsName } from './secrets.ts';
import { openSnapshot, type SnapshotStore, snapshotName } from './snapshot.ts';
import { isSystemError, reading, writing } from './state-errors.ts';

const journalName = 'journal';

/** All that is kept on this computer about one cluster, in `ROOT/CLUSTER`; nothing is created before the first write. */
export interface ClusterState {
  readonly cluster: string;
  readonly folder: string;
  readonly snapshot: SnapshotStore;
  readonly secrets: Secrets;
  readonly hostKeys: HostKeys;
  /** The cluster's lock, as {@link acquireLock} gives it. */
  lock(options: Omit<LockOptions, 'clock'>): Promise<Lock>;
  /** Who holds the lock now; null when it is free or its owner is dead. */
  lockHolder(): Promise<LockHolder | null>;
  /** The journal for the run with this id; to append, take the lock before this call. */
  journal(run: string): Promise<Journal>;
  /**
   * Returns when the folder takes what a run writes: to be called before anything outside is touched.
   *
   * @throws {DeployerError} `state-unwritable`, naming the path and the remedy.
   */
  assertWritable(): Promise<void>;
  /**
   * Removes everything, secrets and journal included, once a destroy has proven that nothing of the cluster is left:
   * then there is nothing more that they could be needed for. Call it under the lock and after the journal's last
   * `end`; the lock's release removes the empty folder. A removal that was cut short is completed by the next one.
   */
  remove(): Promise<void>;
}

/** What {@link openClusterState} needs. */
export interface ClusterStateOptions {
  /** The state root: all clusters' folders are in it. */
  readonly root: string;
  readonly cluster: string;
  readonly clock: Clock;
}

/**
 * The state of a cluster; touches nothing yet.
 *
 * @throws {UsageError} `invalid-cluster-name` when the name could not be a folder's and a machine's.
 */
export function openClusterState({ root, cluster, clock }: ClusterStateOptions): ClusterState {
  assertClusterName(cluster);
  const folder = join(root, cluster);
  return {
    cluster,
    folder,
    snapshot: openSnapshot(folder, cluster),
    secrets: openSecrets(folder, cluster),
    hostKeys: openHostKeys(folder),
    lock: (options) => acquireLock(folder, { ...options, clock }),
    lockHolder: () => lockHolder(folder),
    journal: (run) => openJournal({ file: join(folder, journalName), run, clock }),
    assertWritable: () => assertWritable(folder),
    remove: () => removeAllButLock(folder),
  };
}

/** The names of the clusters that something is remembered of, sorted; none when there is no such root. */
export async function listClusters(root: string): Promise<readonly string[]> {
  const entries = await reading(root, () => foldersIn(root));
  const clusters: string[] = [];
  for (const name of entries.filter(isClusterName)) {
    const files = await reading(join(root, name), () => readdir(join(root, name)));
    if (files.some((file) => file.startsWith(snapshotName) || file === journalName)) {
      clusters.push(name);
    }
  }
  return clusters.sort();
}

/** More than a run writes between two checks, so that a full disk shows now. */
const trialBytes = 64 * 1024;

async function assertWritable(folder: string): Promise<void> {
  const trial = join(folder, 'trial.tmp');
  await ensureClusterFolder(folder);
  await writing(folder, async () => {
    try {
      await writeSynced(trial, 'x'.repeat(trialBytes));
      await syncFolder(folder);
    } finally {
      await rm(trial, { force: true });
    }
  });
}

/** Backups go before the snapshot, which would else be replaced by one of them, and secrets last: only they cannot be rebuilt. */
async function removeAllButLock(folder: string): Promise<void> {
  await writing(folder, async () => {
    const names = (await namesIn(folder)).filter((name) => name !== lockName);
    const backupsFirst = names.sort().reverse();
    const ordered = [...backupsFirst.filter((name) => name !== secretsName), secretsName];
    for (const name of ordered) await rm(join(folder, name), { recursive: true, force: true });
  });
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return [];
    throw error;
  }
}

async function foldersIn(root: string): Promise<string[]> {
  try {
    const entries = await readdir(root, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return [];
    throw error;
  }
}

function isClusterName(name: string): boolean {
  return /^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/.test(name);
}

function assertClusterName(name: string): void {
  if (isClusterName(name)) return;
  throw new UsageError('invalid-cluster-name', `not a cluster name: ${JSON.stringify(name)}`, {
    hint: 'Lower-case letters, digits and hyphens, beginning with a letter, at most 63 of them.',
  });
}
