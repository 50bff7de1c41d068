import { asText, readName } from './name.ts';

/**
 * Reads the data of one record: from `start` to `end` of a message, which is needed whole because names in it may
 * point to earlier ones.
 */
type ReadData = (message: Buffer, start: number, end: number) => string;

/** The types of records that can be asked for, with the numbers by which they travel and how their data reads. */
export const recordTypes = {
  A: { number: 1, read: readAddress4 },
  AAAA: { number: 28, read: readAddress6 },
  SRV: { number: 33, read: readService },
  TXT: { number: 16, read: readText },
} as const satisfies Record<string, { readonly number: number; readonly read: ReadData }>;

/** A type of record that can be asked for. */
export type RecordType = keyof typeof recordTypes;

/** @see RFC 1035 section 3.4.1 */
function readAddress4(message: Buffer, start: number, end: number): string {
  return sized(message, start, end, 4).join('.');
}

/** In the shortest form. @see RFC 3596 section 2.2, RFC 5952 */
function readAddress6(message: Buffer, start: number, end: number): string {
  const hex = sized(message, start, end, 16).toString('hex');
  const groups = hex.match(/.{4}/g) ?? [];
  return new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1);
}

/** As `priority weight port target`. @see RFC 2782 */
function readService(message: Buffer, start: number, end: number): string {
  const numbers = [0, 2, 4].map((offset) => message.readUInt16BE(start + offset));
  const target = readName(message, start + 6);
  if (target.end !== end) throw new RangeError('a service of another size than its name');
  return [...numbers, target.name].join(' ');
}

/** Its strings as one text. @see RFC 1035 section 3.3.14 */
function readText(message: Buffer, start: number, end: number): string {
  const texts: string[] = [];
  for (let at = start; at < end; ) {
    const next = at + 1 + message.readUInt8(at);
    if (next > end) throw new RangeError('a text longer than its record');
    texts.push(asText(message.subarray(at + 1, next), /\\/));
    at = next;
  }
  return texts.join('');
}

function sized(message: Buffer, start: number, end: number, bytes: number): Buffer {
  if (end - start !== bytes) throw new RangeError(`an address of ${end - start} bytes`);
  return message.subarray(start, end);
}
