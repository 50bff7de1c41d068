import { Transform } from 'node:stream';

const headBytes = 9;
/** What a server answers with marks its answers so, besides the version of the protocol. */
const isAnswer = 0x80;
const version = 4;
/** ERROR, READY, AUTHENTICATE, SUPPORTED, RESULT, EVENT, AUTH_CHALLENGE, AUTH_SUCCESS. */
const answers: ReadonlySet<number> = new Set([0x00, 0x02, 0x03, 0x06, 0x08, 0x0c, 0x0e, 0x10]);
const mostBodyBytes = 16 * 1024 * 1024;

/**
 * Passes on what a server of CQL says, whole frames only. It errs on anything else that may answer at a port: the driver
 * throws on what is no frame, where nobody can catch it.
 *
 * @see The native protocol of Cassandra, version 4, section 2 (frame header)
 */
export function createFrameGuard(): Transform {
  let held = Buffer.alloc(0);
  return new Transform({
    transform(chunk: Buffer, _, done) {
      held = Buffer.concat([held, chunk]);
      for (let end = frameEnd(held); end <= held.length; end = frameEnd(held)) {
        this.push(held.subarray(0, end));
        held = held.subarray(end);
      }
      done(isStart(held) ? null : new Error('what answers there does not speak CQL'));
    },
  });
}

/** Where the first frame ends; beyond every end while its head is not there. */
function frameEnd(bytes: Buffer): number {
  if (bytes.length < headBytes || !isStart(bytes)) return Number.POSITIVE_INFINITY;
  return headBytes + bytes.readUInt32BE(5);
}

/** Whether a frame may begin like this. */
function isStart(bytes: Buffer): boolean {
  return (
    (bytes.length < 1 || bytes.readUInt8(0) === (isAnswer | version)) &&
    (bytes.length < 5 || answers.has(bytes.readUInt8(4))) &&
    (bytes.length < headBytes || bytes.readUInt32BE(5) <= mostBodyBytes)
  );
}
