import { randomInt } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { z } from 'zod';
import { orAbort } from '../remote/deadline.ts';
import { createCappedText, firstLine } from './capped-text.ts';
import { encodeQuestion, readHead, readRecords } from './dns/message.ts';
import { isDomainName } from './dns/name.ts';
import type { RecordType } from './dns/record-data.ts';
import { openChannel } from './open-channel.ts';
import { portSettings } from './port.ts';
import { defineProbeKind, type ProbeAnswer } from './probe-kind.ts';

const schema = z.strictObject({
  port: portSettings.port.default(53).describe('port to connect to; 53 when left out'),
  host: portSettings.host,
  name: z
    .string()
    .refine(isDomainName, 'expected a domain name')
    .describe('name to ask for, like consul.service.consul'),
  type: z
    .enum(['A', 'AAAA', 'SRV', 'TXT'])
    .default('A')
    .describe('what to ask for: A, AAAA, SRV or TXT; A when left out'),
});

/**
 * Asks a name server of the node, over TCP, where an answer has room for every record. The answer's text is the data
 * of one record a line, sorted: addresses, `priority weight port target` of services, texts. A name without records of
 * the type gives an empty text; any other outcome than success is a failure.
 *
 * @see RFC 1035 section 4.2.2, RFC 7766
 */
export const dns = defineProbeKind({
  schema,
  ask: async (settings, attempt) => {
    const channel = await openChannel(attempt, settings);
    try {
      const id = randomInt(0x1_0000);
      channel.write(withLength(encodeQuestion({ id, ...settings })));
      const message = await orAbort(readMessage(channel), attempt.signal);
      if (message !== undefined) return understand(message, id, settings.type);
      return failure(`port ${settings.port} closed before its answer was complete`);
    } finally {
      channel.destroy();
    }
  },
});

function withLength(message: Buffer): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(message.length);
  return Buffer.concat([length, message]);
}

/** The first message that comes, without its length; undefined when the server closes before its end. */
async function readMessage(channel: Duplex): Promise<Buffer | undefined> {
  let read = Buffer.alloc(0);
  for await (const chunk of channel) {
    read = Buffer.concat([read, chunk]);
    const end = read.length < 2 ? Number.POSITIVE_INFINITY : 2 + read.readUInt16BE(0);
    if (read.length >= end) return read.subarray(2, end);
  }
  return undefined;
}

function understand(message: Buffer, id: number, type: RecordType): ProbeAnswer {
  try {
    const head = readHead(message);
    if (head.id !== id || !head.isAnswer) return failure('what came back answers another question');
    if (head.code !== 0) return failure(describeCode(head.code));
    if (head.isTruncated) return failure('the answer is truncated');
    const records = readRecords(message, head, type).toSorted();
    const answer = createCappedText();
    answer.add(Buffer.from(records.join('\n')));
    return { ok: true, text: answer.text, detail: firstLine(records.join(', ')) || 'no records' };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return failure('the answer cannot be read');
  }
}

/** @see RFC 1035 section 4.1.1 */
const codes: Readonly<Record<number, string>> = {
  1: 'FORMERR: the server did not understand the question',
  2: 'SERVFAIL: the server could not answer',
  3: 'NXDOMAIN: there is no such name',
  4: 'NOTIMP: the server does not answer such questions',
  5: 'REFUSED: the server does not want to answer',
};

function describeCode(code: number): string {
  return codes[code] ?? `the server answered with code ${code}`;
}

function failure(detail: string): ProbeAnswer {
  return { ok: false, text: '', detail };
}
