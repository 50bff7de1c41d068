import type { ArtifactStep } from '../node/steps/artifact.ts';
import type { ArtifactContent } from './content.ts';
import { noRoom } from './delivery-errors.ts';
import type { DeliveryReport } from './delivery-report.ts';

/** Left over for what else the node writes meanwhile. */
const spareBytes = 8 * 1024 * 1024;

/** Artifacts that are about to be sent: what they hold, and what the node has of each, by id. */
export interface RoomQuestion {
  readonly steps: readonly ArtifactStep[];
  /** In the order of the steps. */
  readonly contents: readonly ArtifactContent[];
  readonly reports: ReadonlyMap<string, DeliveryReport>;
}

/** @throws {DeployerError} `node-disk-full` when the node has not the room that the artifacts take, one after the other */
export function ensureRoom(node: string, { steps, contents, reports }: RoomQuestion): void {
  let delivered = spareBytes;
  let unpacked = spareBytes;
  for (const [index, { name, id, folder }] of steps.entries()) {
    const report = reports.get(id);
    const content = contents[index];
    if (report === undefined || content === undefined) continue;
    const { room } = report;
    delivered += bytesToSend(content, report);
    // Files that stay as they are become links where both lie on one file system.
    const whole = content.files.reduce((sum, { size }) => sum + size, 0);
    unpacked += content.unpackedBytes > 0 || room.isOne ? content.unpackedBytes : whole;
    const atDelivery = room.isOne ? delivered + unpacked - spareBytes : delivered;
    if (room.delivered < atDelivery) {
      const free = room.delivered;
      throw noRoom(node, { name, folder: '/var/lib/deployer', needed: atDelivery, free });
    }
    if (room.unpacked < unpacked) {
      throw noRoom(node, { name, folder, needed: unpacked, free: room.unpacked });
    }
  }
}

function bytesToSend({ files }: ArtifactContent, { have, verified }: DeliveryReport): number {
  const missing = files.filter(({ digest }) => !verified.has(digest));
  const digests = new Set(missing.map(({ digest }) => digest));
  const there = have.filter(({ digest }) => digests.has(digest));
  const all = missing.reduce((sum, { size }) => sum + size, 0);
  return all - there.reduce((sum, { length }) => sum + length, 0);
}
