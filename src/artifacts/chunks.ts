/** How much of a file goes to a node in one piece, which is acknowledged when it is on disk. */
export const chunkBytes = 1024 * 1024;

/** A file that a node is to have, for one artifact. */
export interface WantedFile {
  /** The artifact's. */
  readonly id: string;
  readonly digest: string;
  readonly size: number;
}

/** A part of a file. */
export interface Chunk {
  readonly id: string;
  readonly digest: string;
  readonly offset: number;
  readonly length: number;
}

/**
 * The parts of the files that are not among those that are there, in order. A part that is there in another cut counts
 * as missing: it is written again, over the same bytes.
 */
export function missingChunks(
  files: readonly WantedFile[],
  there: readonly Chunk[],
): readonly Chunk[] {
  const known = new Set(there.map(keyOf));
  return files.flatMap(chunksOf).filter((chunk) => !known.has(keyOf(chunk)));
}

/** An empty file has one part, so that it comes into being. */
function chunksOf({ id, digest, size }: WantedFile): readonly Chunk[] {
  const count = Math.max(1, Math.ceil(size / chunkBytes));
  return Array.from({ length: count }, (_, index) => {
    const offset = index * chunkBytes;
    return { id, digest, offset, length: Math.min(chunkBytes, size - offset) };
  });
}

function keyOf({ id, digest, offset, length }: Chunk): string {
  return `${id} ${digest} ${offset} ${length}`;
}

/** Parts under way to one node, over any number of channels. */
export interface Transfer {
  /** The next part that no channel has taken; undefined when there is none. */
  next(): Chunk | undefined;
  /** A part is on the node's disk. Hearing it twice, or of an unknown one, changes nothing. */
  arrived(part: Omit<Chunk, 'length'>): void;
  /** Whether all of them are. */
  readonly isDone: boolean;
}

/** A {@link Transfer} of these parts; `onArrived` hears of each once. */
export function createTransfer(
  chunks: readonly Chunk[],
  onArrived: (chunk: Chunk) => void,
): Transfer {
  const waiting = chunks[Symbol.iterator]();
  const placeOf = ({ id, digest, offset }: Omit<Chunk, 'length'>) => `${id} ${digest} ${offset}`;
  const open = new Map(chunks.map((chunk) => [placeOf(chunk), chunk]));
  return {
    next: () => waiting.next().value,
    arrived(part) {
      const chunk = open.get(placeOf(part));
      if (chunk === undefined) return;
      open.delete(placeOf(part));
      onArrived(chunk);
    },
    get isDone() {
      return open.size === 0;
    },
  };
}
