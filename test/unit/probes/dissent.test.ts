import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { whereTheyDiffer } from '../../../src/probes/dissent.ts';

describe('where texts differ', () => {
  it('is the first line in which they do', () => {
    expect(whereTheyDiffer(['a\nb\nc', 'a\nx\nd', 'a\nb\nc'])).toEqual(['b', 'x', 'b']);
    expect(whereTheyDiffer(['a', 'a\nb'])).toEqual(['nothing', 'b']);
  });

  it('is shown from shortly before that place where a line is long', () => {
    const digits = '0123456789';
    const long = digits.repeat(20);
    expect(whereTheyDiffer([`${long}a`, `${long}b`, long])).toEqual([
      `…${digits}${digits}a`,
      `…${digits}${digits}b`,
      `…${digits}${digits}`,
    ]);
  });

  it('is nowhere exactly when they are the same', () => {
    const text = fc.stringMatching(/^[ab\n]{0,6}$/).map((each) => each.trim());
    fc.assert(
      fc.property(fc.array(text, { minLength: 1, maxLength: 4 }), (all) => {
        const differ = whereTheyDiffer(all);
        expect(differ === undefined).toBe(new Set(all).size === 1);
        if (differ !== undefined) expect(new Set(differ).size).toBeGreaterThan(1);
      }),
    );
  });
});
