import { type Frame, parseFrame } from './frames.ts';

/** What a node says before its frames: everything that a login shell prints comes before it and is dropped. */
export interface Hello {
  /** `ok`, `absent`, `refused` … */
  readonly word: string;
  readonly rest: string;
}

/** Turns the bytes of a spool into frames; lives as long as the run, over any number of connections. */
export interface FrameReader {
  /** How many bytes have been taken in: where to go on after a reconnect. */
  readonly offset: number;
  push(chunk: Buffer): void;
}

/** A {@link FrameReader} that hands each complete frame to `onFrame` and drops lines that are none. */
export function createFrameReader(onFrame: (frame: Frame) => void): FrameReader {
  let offset = 0;
  let pending: Buffer[] = [];
  const endLine = (part: Buffer) => {
    const frame = parseFrame(Buffer.concat([...pending, part]).toString('latin1'));
    pending = [];
    if (frame !== undefined) onFrame(frame);
  };
  return {
    get offset() {
      return offset;
    },
    push(chunk) {
      offset += chunk.length;
      let start = 0;
      for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, start)) {
        endLine(chunk.subarray(start, end));
        start = end + 1;
      }
      if (start < chunk.length) pending.push(chunk.subarray(start));
    },
  };
}

/** Listens to one connection: finds the hello that carries the token and passes everything after it on. */
export interface HelloReader {
  readonly hello: Hello | undefined;
  push(chunk: Buffer): void;
}

const longestHelloBytes = 16 * 1024;

/** A {@link HelloReader} for one exec; `onBody` gets the bytes behind the hello's line, `onHello` is told first. */
export function createHelloReader(
  token: string,
  onBody: (chunk: Buffer) => void,
  onHello: (hello: Hello) => void = () => {},
): HelloReader {
  const mark = Buffer.from(`@${token} `);
  let hello: Hello | undefined;
  let seen: Buffer = Buffer.alloc(0);
  return {
    get hello() {
      return hello;
    },
    push(chunk) {
      if (hello !== undefined) {
        onBody(chunk);
        return;
      }
      seen = Buffer.concat([seen, chunk]);
      const start = seen.indexOf(mark);
      if (start === -1) {
        seen = seen.subarray(Math.max(0, seen.length - mark.length));
        return;
      }
      const end = seen.indexOf(10, start);
      if (end === -1) {
        seen = seen.subarray(start, start + longestHelloBytes);
        return;
      }
      hello = parseHello(seen.subarray(start + mark.length, end).toString());
      onHello(hello);
      const body = seen.subarray(end + 1);
      seen = Buffer.alloc(0);
      if (body.length > 0) onBody(body);
    },
  };
}

function parseHello(line: string): Hello {
  const [word = '', ...rest] = line.split(' ');
  return { word, rest: rest.join(' ') };
}
