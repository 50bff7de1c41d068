/** More than this of an answer is not looked at. */
const mostBytes = 64 * 1024;

/** Collects the beginning of an answer. */
export interface CappedText {
  /** Takes a chunk; says false when there is no room for more. */
  add(chunk: Buffer): boolean;
  readonly text: string;
}

/** An empty {@link CappedText}. */
export function createCappedText(): CappedText {
  const chunks: Buffer[] = [];
  let room = mostBytes;
  return {
    add: (chunk) => {
      if (room > 0) chunks.push(chunk.subarray(0, room));
      room -= chunk.length;
      return room > 0;
    },
    get text() {
      return Buffer.concat(chunks).toString('utf8');
    },
  };
}

/** The first line of `text` that says something, cut to fit into a message. */
export function firstLine(text: string): string {
  const line = /\S.*/.exec(text)?.[0].trimEnd() ?? '';
  return line.length > 100 ? `${line.slice(0, 99)}…` : line;
}
