import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { digestIn, readSums } from '../../../src/artifacts/checksum-file.ts';

const a = 'a'.repeat(64);
const b = 'b'.repeat(64);
const long = 'c'.repeat(128);

describe('the sum of a file in its publisher’s checksum file', () => {
  test.each([
    ['a bare sum', `${a}\n`],
    ['a bare sum in capitals, without an end of line', a.toUpperCase()],
    ['a line of sha256sum', `${a}  thing.tar.gz\n`],
    ['a line of a binary file', `${a} *thing.tar.gz\r\n`],
    ['one of many lines', `${b}  other.tar.gz\n${a}  thing.tar.gz\n`],
    ['a line with a path', `${a}  ./dist/thing.tar.gz\n`],
    ['a line of BSD', `SHA256 (thing.tar.gz) = ${a}\n`],
    ['what gpg prints', `thing.tar.gz: ${a.toUpperCase().match(/.{8}/g)?.join(' ')}\n`],
    [
      'gpg’s several lines',
      `thing.tar.gz:\n ${a.slice(0, 32)}\n ${a.slice(32).match(/.{4}/g)?.join('\n  ')}\n`,
    ],
    [
      'a line behind a signature’s header',
      `-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\n${a}  thing.tar.gz\n`,
    ],
  ])('is read from %s', (_, text) => {
    expect(digestIn(text, 'thing.tar.gz')).toBe(`sha256:${a}`);
  });

  test('is the stronger one where both are told', () => {
    expect(digestIn(`${a}  thing\n${long}  thing\n`, 'thing')).toBe(`sha512:${long}`);
  });

  test.each([
    ['a web page', '<!doctype html><title>Log in</title>'],
    ['nothing', ''],
    ['md5', `${'d'.repeat(32)}  thing\n`],
    ['another name', `${a}  other\n`],
    ['a contradiction', `${a}  thing\n${b}  thing\n`],
    ['a bare sum among others', `${a}\n${b}  other\n`],
  ])('is not made up from %s', (_, text) => {
    expect(digestIn(text, 'thing')).toBeUndefined();
  });

  test('is found among any others, whoever wrote the list', () => {
    const hex = (length: number) =>
      fc.string({
        unit: fc.constantFrom(...'0123456789abcdef'),
        minLength: length,
        maxLength: length,
      });
    const name = fc.stringMatching(/^[A-Za-z][A-Za-z0-9._+-]{0,20}$/);
    const sums = fc.uniqueArray(fc.record({ name, sum: fc.oneof(hex(64), hex(128)) }), {
      selector: (each) => each.name,
      minLength: 1,
      maxLength: 6,
    });
    fc.assert(
      fc.property(sums, fc.constantFrom('  ', ' *'), fc.boolean(), (all, mark, inCapitals) => {
        const shown = (sum: string) => (inCapitals ? sum.toUpperCase() : sum);
        const text = all.map((each) => `${shown(each.sum)}${mark}${each.name}\n`).join('');
        expect(readSums(text)).toHaveLength(all.length);
        for (const each of all) {
          const algorithm = each.sum.length === 64 ? 'sha256' : 'sha512';
          expect(digestIn(text, each.name)).toBe(`${algorithm}:${each.sum}`);
        }
      }),
    );
  });

  test('is never read from arbitrary text without throwing', () => {
    fc.assert(fc.property(fc.string(), (text) => void digestIn(text, 'thing')));
  });
});
