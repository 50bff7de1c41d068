import { encodeName, readName } from './name.ts';
import { type RecordType, recordTypes } from './record-data.ts';

/** The class of the internet, the only one in use. */
const internet = 1;
const headerBytes = 12;

/** The head of a message. */
export interface MessageHead {
  /** The number that an answer has from its question. */
  readonly id: number;
  readonly isAnswer: boolean;
  /** Whether records were left out for want of room. */
  readonly isTruncated: boolean;
  /** The RCODE: 0 for success. */
  readonly code: number;
  readonly questions: number;
  readonly answers: number;
}

/** A question for all records of one type that `name` has; recursion is desired, as by a host's own resolver. */
export function encodeQuestion({
  id,
  name,
  type,
}: {
  readonly id: number;
  readonly name: string;
  readonly type: RecordType;
}): Buffer {
  const recursionDesired = 0x0100;
  return Buffer.concat([
    numbers(id, recursionDesired, 1, 0, 0, 0),
    encodeName(name),
    numbers(recordTypes[type].number, internet),
  ]);
}

/**
 * What a message says of itself.
 *
 * @throws {RangeError} when it is too short
 * @see RFC 1035 section 4.1.1
 */
export function readHead(message: Buffer): MessageHead {
  const flags = message.readUInt16BE(2);
  if (message.length < headerBytes) throw new RangeError('a message without its head');
  return {
    id: message.readUInt16BE(0),
    isAnswer: (flags & 0x8000) !== 0,
    isTruncated: (flags & 0x0200) !== 0,
    code: flags & 0x000f,
    questions: message.readUInt16BE(4),
    answers: message.readUInt16BE(6),
  };
}

/**
 * The data of the records of one type that a message answers with, each as one line of text, in the message's order.
 * Records of other types are left out: the aliases that led to them.
 *
 * @throws {RangeError} when the message ends too early or makes no sense
 * @see RFC 1035 section 4.1.3
 */
export function readRecords(
  message: Buffer,
  { questions, answers }: Pick<MessageHead, 'questions' | 'answers'>,
  type: RecordType,
): readonly string[] {
  let at = headerBytes;
  for (let left = questions; left > 0; left -= 1) at = readName(message, at).end + 4;
  const data: string[] = [];
  for (let left = answers; left > 0; left -= 1) {
    const { end } = readName(message, at);
    const start = end + 10;
    at = start + message.readUInt16BE(end + 8);
    if (at > message.length) throw new RangeError('a record is cut off');
    const { number, read } = recordTypes[type];
    const isWanted =
      message.readUInt16BE(end) === number && message.readUInt16BE(end + 2) === internet;
    if (isWanted) data.push(read(message, start, at));
  }
  return data;
}

function numbers(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(2 * values.length);
  for (const [index, value] of values.entries()) bytes.writeUInt16BE(value, 2 * index);
  return bytes;
}
