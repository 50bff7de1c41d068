import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareLines, describeDifference, linesOf } from '../../../src/probes/lines.ts';

const lines = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 8 });

describe('comparing lines', () => {
  it('finds no difference between the same lines in any order', () => {
    const shuffled = lines.chain((all) =>
      fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })),
    );
    fc.assert(
      fc.property(shuffled, ([all, other]) => {
        expect(describeDifference(compareLines(all, other))).toBe('');
      }),
    );
  });

  it('finds what would make the one the other', () => {
    fc.assert(
      fc.property(lines, lines, (expected, found) => {
        const { missing, surplus } = compareLines(expected, found);
        expect([...found, ...missing].sort()).toEqual([...expected, ...surplus].sort());
        expect(missing.filter((line) => surplus.includes(line))).toEqual([]);
      }),
    );
  });

  it('counts a line as often as it is there', () => {
    expect(compareLines(['a', 'a'], ['a'])).toEqual({ missing: ['a'], surplus: [] });
    expect(compareLines(['a'], ['a', 'a'])).toEqual({ missing: [], surplus: ['a'] });
  });
});

it('the lines of a text are without the space around them, and without empty ones', () => {
  expect(linesOf('\n a\r\n\n\tb c  \n')).toEqual(['a', 'b c']);
});
