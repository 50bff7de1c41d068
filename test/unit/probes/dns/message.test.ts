import { isIPv6, SocketAddress } from 'node:net';
import { type Answer, type DecodedPacket, decode, encode } from 'dns-packet';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeQuestion, readHead, readRecords } from '../../../../src/probes/dns/message.ts';
import type { RecordType } from '../../../../src/probes/dns/record-data.ts';

// What is written is read by another implementation, the package dns-packet, and the other way round.

const name = fc
  .array(fc.stringMatching(/^[a-z0-9_-]{1,20}$/), { minLength: 1, maxLength: 5 })
  .map((labels) => labels.join('.'));
const port = fc.nat({ max: 0xffff });
const address6 = fc
  .array(fc.constantFrom('0', '1', 'db8', 'ffff'), { minLength: 8, maxLength: 8 })
  .map((groups) => groups.join(':'));
const type = fc.constantFrom<RecordType>('A', 'AAAA', 'SRV', 'TXT');

/** A record with the text that its data reads as. */
interface Drawn {
  readonly type: RecordType;
  readonly text: string;
  readonly record: Answer;
}

const drawn: fc.Arbitrary<Drawn> = fc.oneof(
  fc.tuple(name, fc.ipV4()).map(([owner, data]) => ({
    ...{ type: 'A' as const, text: data },
    record: { type: 'A' as const, name: owner, data },
  })),
  fc.tuple(name, address6).map(([owner, data]) => ({
    ...{ type: 'AAAA' as const, text: data },
    record: { type: 'AAAA' as const, name: owner, data },
  })),
  fc.tuple(name, port, port, port, name).map(([owner, priority, weight, at, target]) => ({
    ...{ type: 'SRV' as const, text: `${priority} ${weight} ${at} ${target}` },
    record: { type: 'SRV' as const, name: owner, data: { priority, weight, port: at, target } },
  })),
  fc
    .tuple(name, fc.array(fc.stringMatching(/^[ a-z="]{0,50}$/), { minLength: 1, maxLength: 4 }))
    .map(([owner, data]) => ({
      ...{ type: 'TXT' as const, text: data.join('') },
      record: { type: 'TXT' as const, name: owner, data },
    })),
);

const answer = (answers: readonly Answer[], rest: object = {}) =>
  encode({
    ...{ type: 'response', id: 7, questions: [{ type: 'A', name: 'a.b' }] },
    ...{ answers: [...answers], ...rest },
  });
const records = (message: Buffer, wanted: RecordType) =>
  readRecords(message, readHead(message), wanted);

describe('a question', () => {
  it('is understood', () => {
    fc.assert(
      fc.property(port, name, type, (id, asked, wanted) => {
        const packet: DecodedPacket = decode(encodeQuestion({ id, name: asked, type: wanted }));
        expect(packet).toMatchObject({ type: 'query', id, flag_rd: true, opcode: 'QUERY' });
        expect(packet.questions).toEqual([{ name: asked, type: wanted, class: 'IN' }]);
      }),
    );
  });
});

describe('an answer', () => {
  it('gives the data of every record of the type that was asked for, and of no other', () => {
    fc.assert(
      fc.property(fc.array(drawn, { maxLength: 8 }), type, (all, wanted) => {
        const message = answer(all.map(({ record }) => record));
        const expected = all.filter((each) => each.type === wanted).map(({ text }) => text);
        expect(records(message, wanted).map(canonical)).toEqual(expected.map(canonical));
      }),
    );
  });

  it('passes over the aliases that lead to the records', () => {
    const message = answer([
      { type: 'CNAME', name: 'a.b', data: 'c.d' },
      { type: 'A', name: 'c.d', data: '10.0.0.1' },
    ]);
    expect(records(message, 'A')).toEqual(['10.0.0.1']);
  });

  it('writes addresses of IPv6 in their shortest form', () => {
    const data = '2001:0db8:0000:0000:0001:0000:0000:0001';
    expect(records(answer([{ type: 'AAAA', name: 'a', data }]), 'AAAA')).toEqual([
      '2001:db8::1:0:0:1',
    ]);
  });

  it('keeps a text on its line', () => {
    const data = [Buffer.from('a\nb\tc\\d é')];
    expect(records(answer([{ type: 'TXT', name: 'a', data }]), 'TXT')).toEqual([
      'a\\010b\\009c\\\\d \\195\\169',
    ]);
  });

  it('says what it is', () => {
    const refused = encode({ type: 'response', id: 65_535, flags: 5 });
    expect(readHead(refused)).toMatchObject({ id: 65_535, isAnswer: true, code: 5 });
    const truncated = encode({ type: 'response', id: 1, flags: 0x200 });
    expect(readHead(truncated)).toMatchObject({ isTruncated: true, code: 0, answers: 0 });
    expect(readHead(encode({ type: 'query', id: 1 }))).toMatchObject({ isAnswer: false });
  });

  it('is refused wherever it is cut off', () => {
    fc.assert(
      fc.property(fc.array(drawn, { minLength: 1, maxLength: 3 }), fc.nat(), (all, at) => {
        const message = answer(all.map(({ record }) => record));
        const cut = message.subarray(0, at % message.length);
        for (const wanted of ['A', 'AAAA', 'SRV', 'TXT'] as const) {
          expect(() => records(cut, wanted)).toThrow(RangeError);
        }
      }),
    );
  });

  it('is refused where the size of a record does not fit its data', () => {
    const whole = answer([{ type: 'A', name: 'a', data: '10.0.0.1' }]);
    const long = Buffer.concat([whole, Buffer.from([0])]);
    long.writeUInt16BE(5, whole.length - 6);
    expect(() => records(long, 'A')).toThrow(RangeError);
    const text = answer([{ type: 'TXT', name: 'a', data: ['abc'] }]);
    text.writeUInt8(4, text.length - 4);
    expect(() => records(text, 'TXT')).toThrow(RangeError);
  });

  it('is read or refused, whatever comes', () => {
    const bytes = fc.uint8Array({ maxLength: 200 }).map((each) => Buffer.from(each));
    const damaged = fc
      .tuple(fc.array(drawn, { minLength: 1, maxLength: 3 }), fc.nat(), fc.nat({ max: 255 }))
      .map(([all, at, byte]) => {
        const message = answer(all.map(({ record }) => record));
        message.writeUInt8(byte, at % message.length);
        return message;
      });
    fc.assert(
      fc.property(fc.oneof(bytes, damaged), type, (message, wanted) => {
        try {
          for (const each of records(message, wanted)) expect(each).not.toMatch(/\n/);
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError);
        }
      }),
    );
  });
});

/** An address of IPv6 can be written in many ways; anything else is left as it is. */
function canonical(text: string): string {
  return isIPv6(text) ? new SocketAddress({ address: text, family: 'ipv6' }).address : text;
}
