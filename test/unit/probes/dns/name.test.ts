import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeName, isDomainName, readName } from '../../../../src/probes/dns/name.ts';

const label = fc.stringMatching(/^[a-z0-9_-]{1,63}$/);
const name = fc
  .array(label, { minLength: 1, maxLength: 5 })
  .map((labels) => labels.join('.'))
  .filter((text) => text.length <= 253);

describe('a domain name', () => {
  it.each(['consul', 'consul.service.paas.home', 'a.b.', '_http._tcp.web.mesos', 'X-1.y'])(
    'may be %j',
    (text) => {
      expect(isDomainName(text)).toBe(true);
    },
  );

  it.each(['', '.', 'a..b', '.a', 'a b', 'é.fr', 'a/b', 'x'.repeat(64), `${'abc.'.repeat(63)}abc`])(
    'may not be %j',
    (text) => {
      expect(isDomainName(text)).toBe(false);
    },
  );

  it('is as long as the wire allows, and no longer', () => {
    const longest = `${'x'.repeat(63)}.`.repeat(3) + 'x'.repeat(61);
    expect(encodeName(longest)).toHaveLength(255);
    expect([isDomainName(longest), isDomainName(`${longest}x`)]).toEqual([true, false]);
  });

  it('reads as it was written, with or without its last dot', () => {
    fc.assert(
      fc.property(name, fc.constantFrom('', '.'), (text, dot) => {
        const bytes = encodeName(text + dot);
        expect(readName(bytes, 0)).toEqual({ name: text, end: bytes.length });
      }),
    );
  });

  it('reads as it was written where it shares its end with an earlier one', () => {
    fc.assert(
      fc.property(fc.array(name, { minLength: 1, maxLength: 6 }), (names) => {
        const { bytes, starts } = pack(names.flatMap((each) => [each, `host.${each}`]));
        const read = starts.map((start) => readName(bytes, start).name);
        expect(read).toEqual(names.flatMap((each) => [each, `host.${each}`]));
      }),
    );
  });

  it('ends where it stands, not where its pointer leads', () => {
    const bytes = Buffer.from('\x01a\x00\x01b\xc0\x00', 'latin1');
    expect(readName(bytes, 3)).toEqual({ name: 'b.a', end: 7 });
  });

  it('shows what is not printable, and dots that divide no labels', () => {
    const bytes = Buffer.from('\x04a.\\\n\x02\xff \x00', 'latin1');
    expect(readName(bytes, 0).name).toBe('a\\.\\\\\\010.\\255 ');
  });

  it('is a dot where it is the root', () => {
    expect(readName(Buffer.alloc(1), 0)).toEqual({ name: '.', end: 1 });
  });

  it.each([
    ['points to itself', '\xc0\x00'],
    ['points forward', '\xc0\x02\x00'],
    ['goes in a circle', '\x01a\xc0\x00'],
    ['has a label of an unknown kind', `\x40${'x'.repeat(64)}\x00`],
    ['is longer than 255 bytes', `\x3f${'x'.repeat(63)}`.repeat(4).concat('\x00')],
    ['ends too early', '\x05abc'],
    ['has no end', '\x01a'],
  ])('is none that %s', (_, bytes) => {
    expect(() => readName(Buffer.from(bytes, 'latin1'), 0)).toThrow(RangeError);
  });
});

/** The names one after the other, each with a pointer to the longest end that an earlier one has too. */
function pack(names: readonly string[]): { bytes: Buffer; starts: readonly number[] } {
  const known = new Map<string, number>();
  const starts: number[] = [];
  let bytes = Buffer.alloc(0);
  for (const each of names) {
    starts.push(bytes.length);
    const labels = each.split('.');
    for (let left = labels; left.length > 0; left = left.slice(1)) {
      const earlier = known.get(left.join('.'));
      if (earlier !== undefined) {
        bytes = Buffer.concat([bytes, Buffer.from([0xc0 | (earlier >> 8), earlier & 0xff])]);
        break;
      }
      known.set(left.join('.'), bytes.length);
      const first = left[0] ?? '';
      bytes = Buffer.concat([bytes, Buffer.from([first.length]), Buffer.from(first)]);
      if (left.length === 1) bytes = Buffer.concat([bytes, Buffer.alloc(1)]);
    }
  }
  return { bytes, starts };
}
