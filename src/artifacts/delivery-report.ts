import { type AskOptions, ask } from '../node/ask.ts';
import type { NodeConnection } from '../node/connection.ts';
import { questionScript } from '../node/script.ts';
import { type ArtifactStep, placeOf } from '../node/steps/artifact.ts';
import type { Chunk } from './chunks.ts';

/** What a node has of an artifact whose folder is not whole. */
export interface DeliveryReport {
  /** Parts of files that are on disk. */
  readonly have: readonly Chunk[];
  /** Digests of files that are whole. */
  readonly verified: ReadonlySet<string>;
  readonly room: NodeRoom;
}

/** How much room a node has, in bytes. */
export interface NodeRoom {
  /** Where files are delivered to. */
  readonly delivered: number;
  /** Where they are unpacked to. */
  readonly unpacked: number;
  /** Whether both lie on one file system. */
  readonly isOne: boolean;
}

/**
 * For each artifact that the node does not have whole, by id, what it has of it; one exchange for all of them.
 * @throws {DeployerError} as {@link ask}
 */
export async function reportDeliveries(
  node: NodeConnection,
  artifacts: readonly ArtifactStep[],
  options: AskOptions,
): Promise<ReadonlyMap<string, DeliveryReport>> {
  const words = artifacts.flatMap((artifact) => [placeOf(artifact), artifact.id]);
  const frames = await ask(node, questionScript(['report_deliveries', ...words]), options);
  const text = frames.find((frame) => frame.type === 'text')?.text ?? '';
  return readReports(text);
}

/** The reports in what a node answers, by the artifacts' ids; lines that are none are left out. */
export function readReports(text: string): ReadonlyMap<string, DeliveryReport> {
  const lines = text.split('\n').map((line) => line.split(' '));
  const rooms = lines.filter(([word]) => word === 'room');
  return new Map(
    rooms.map(([, id = '', ...numbers]) => {
      const own = lines.filter(([, of]) => of === id);
      const verified = own.flatMap(([word, , digest]) => (word === 'verified' ? [digest] : []));
      return [
        id,
        {
          have: own.filter(([word]) => word === 'have').map(chunkOf),
          verified: new Set(verified.filter((digest) => digest !== undefined)),
          room: roomOf(numbers.map(Number)),
        },
      ] as const;
    }),
  );
}

function chunkOf([, id = '', digest = '', offset, length]: readonly string[]): Chunk {
  return { id, digest, offset: Number(offset), length: Number(length) };
}

function roomOf([blocks = 0, size = 0, otherBlocks = 0, otherSize = 0, systems]: number[]) {
  return {
    delivered: blocks * size,
    unpacked: otherBlocks * otherSize,
    isOne: systems === 1,
  };
}
