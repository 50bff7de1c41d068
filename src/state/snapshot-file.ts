import { DeployerError } from '../errors.ts';
import {
  type ClusterSnapshot,
  ClusterSnapshotSchema,
  snapshotVersion,
} from './cluster-snapshot.ts';
import { readIfThere } from './durable-file.ts';
import { seal, unseal } from './seal.ts';
import { tooNewState } from './state-errors.ts';

/** What one file of the snapshot holds: the snapshot, or a word on why there is none. */
export type SnapshotReading = ClusterSnapshot | 'missing' | 'damaged';

/** The text of a snapshot's file: indented for people, with a checksum against accidents. */
export function formatSnapshot(snapshot: ClusterSnapshot): string {
  return `${seal(snapshot, 2)}\n`;
}

/**
 * What the file holds.
 *
 * @throws {DeployerError} `state-too-new` when a newer version wrote it, `state-foreign` when it is about another
 * cluster, `state-unreadable` when the disk refuses.
 */
export async function readSnapshotFile(file: string, cluster: string): Promise<SnapshotReading> {
  const content = await readIfThere(file);
  if (content === null) return 'missing';
  const body = unseal(content.toString('utf8'));
  refuseNewer(file, body);
  const parsed = ClusterSnapshotSchema.safeParse(body);
  if (!parsed.success) return 'damaged';
  if (parsed.data.cluster === cluster) return parsed.data;
  throw new DeployerError('state-foreign', `${file} is about the cluster ${parsed.data.cluster}`, {
    hint: `A cluster's state folder bears its name: move the folder back to ${parsed.data.cluster}.`,
  });
}

function refuseNewer(file: string, body: unknown): void {
  if (typeof body !== 'object' || body === null || !('version' in body)) return;
  const { version } = body;
  if (typeof version === 'number' && version > snapshotVersion) {
    throw tooNewState(file, `its version is ${version}, this deployer knows ${snapshotVersion}`);
  }
}
