import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatOrdinals, parseOrdinals } from '../../../../src/providers/ec2/ordinals.ts';

test('neighbours become ranges', () => {
  expect(formatOrdinals([1, 2, 3, 7])).toEqual(['1-3,7']);
  expect(formatOrdinals([5])).toEqual(['5']);
});

test('what is written is read back in the same order, and no text is longer than a tag', () => {
  const ordinals = fc.uniqueArray(fc.integer({ min: 1, max: 99_999 }), {
    minLength: 1,
    maxLength: 400,
  });
  fc.assert(
    fc.property(ordinals, (list) => {
      const texts = formatOrdinals(list);
      expect(parseOrdinals(texts.join(','))).toEqual(list);
      expect(Math.max(...texts.map((text) => text.length))).toBeLessThanOrEqual(256);
    }),
  );
});

test.each(['', 'x', '1-', '-1', '1,,2', '1-2-3', '1.5'])('"%s" is no list of ordinals', (text) => {
  expect(parseOrdinals(text)).toBeNull();
});
