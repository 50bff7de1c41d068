import { copyFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { DeployerError } from '../errors.ts';
import {
  type ClusterSnapshot,
  ClusterSnapshotSchema,
  type SnapshotContent,
  snapshotVersion,
} from './cluster-snapshot.ts';
import { replaceDurably } from './durable-file.ts';
import { assertPlainJson } from './plain-json.ts';
import { formatSnapshot, readSnapshotFile } from './snapshot-file.ts';
import { damagedState, isSystemError, writing } from './state-errors.ts';
import type { StateNotice } from './state-notice.ts';

const backups = 5;

/** The snapshot's file name; its older ones have `.1` (newest) to `.5` appended. */
export const snapshotName = 'snapshot.json';

/** A cluster's snapshot on disk. */
export interface SnapshotStore {
  /**
   * The newest good snapshot, null when none was ever written, with a notice when the current file was not usable and
   * a backup took its place. Writes nothing.
   *
   * @throws {DeployerError} `state-damaged` when files are there but none is good, `state-too-new`, `state-foreign`.
   */
  read(): Promise<{
    readonly snapshot: ClusterSnapshot | null;
    readonly notice: StateNotice | null;
  }>;
  /**
   * What was written, durably, with the next serial; the former snapshot becomes backup 1.
   *
   * @throws {DeployerError} as {@link SnapshotStore.read}, `state-foreign` when the stored snapshot has another uid,
   * `state-unwritable`; the former snapshot is still there.
   * @throws {TypeError} when parameters or recorded values are not plain JSON.
   */
  write(content: SnapshotContent): Promise<ClusterSnapshot>;
}

interface Found {
  readonly snapshot: ClusterSnapshot;
  /** 0 for the current file, else the number of the backup. */
  readonly age: number;
}

/** The snapshot of `cluster` in its folder; nothing is touched before a method is called. */
export function openSnapshot(folder: string, cluster: string): SnapshotStore {
  const file = join(folder, snapshotName);
  return {
    read: async () => {
      const found = await findNewest(file, cluster);
      return { snapshot: found?.snapshot ?? null, notice: noticeAbout(file, found) };
    },
    write: async (content) => {
      assertPlainJson(content, 'the snapshot');
      const found = await findNewest(file, cluster);
      refuseOtherUid(file, found, content);
      const serial = nextSerial(found);
      const snapshot = ClusterSnapshotSchema.parse({
        ...content,
        version: snapshotVersion,
        serial,
      });
      if (found !== null) await writing(file, () => setAside(file, found));
      await replaceDurably(file, formatSnapshot(snapshot));
      return snapshot;
    },
  };
}

/** The name of a file of the snapshot: the current one for age 0, else a backup. */
function snapshotFileName(file: string, age: number): string {
  return age === 0 ? file : `${file}.${age}`;
}

async function findNewest(file: string, cluster: string): Promise<Found | null> {
  const damaged: string[] = [];
  for (let age = 0; age <= backups; age += 1) {
    const path = snapshotFileName(file, age);
    const snapshot = await readSnapshotFile(path, cluster);
    if (snapshot === 'damaged') damaged.push(path);
    else if (snapshot !== 'missing') return { snapshot, age };
  }
  if (damaged.length === 0) return null;
  throw damagedState(
    `the state of ${cluster} is damaged: ${damaged.join(', ')} cannot be read as written`,
    'Put a good copy back, or move the damaged files away: what runs is then found again by its tags.',
  );
}

/** Backup k is at most k writes older than what stood in the current file, so this exceeds every serial ever used. */
function nextSerial(found: Found | null): number {
  return found === null ? 1 : found.snapshot.serial + found.age + 1;
}

/** A good current file becomes backup 1; an unusable one is kept beside them and costs no good backup its place. */
async function setAside(file: string, found: Found): Promise<void> {
  if (found.age > 0) return renameIfThere(file, `${file}.damaged`);
  for (let age = backups; age > 1; age -= 1) {
    await renameIfThere(snapshotFileName(file, age - 1), snapshotFileName(file, age));
  }
  await copyFile(file, snapshotFileName(file, 1));
}

async function renameIfThere(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    if (!isSystemError(error, 'ENOENT')) throw error;
  }
}

function refuseOtherUid(file: string, found: Found | null, content: SnapshotContent): void {
  if (found === null || found.snapshot.uid === content.uid) return;
  const both = `${found.snapshot.uid}, not ${content.uid}`;
  throw new DeployerError('state-foreign', `${file} is about another cluster: its uid is ${both}`, {
    hint: 'Destroy that cluster first, or use another --name or --state.',
  });
}

function noticeAbout(file: string, found: Found | null): StateNotice | null {
  if (found === null || found.age === 0) return null;
  const backup = snapshotFileName(file, found.age);
  return {
    level: 'warning',
    message: `${file} is missing or damaged; ${backup} (serial ${found.snapshot.serial}) is used instead`,
    hint: 'What happened since is found again in the cloud and on the nodes.',
  };
}
