import fc from 'fast-check';
import { expect, test } from 'vitest';
import { describeParam, fits, sampleValue } from '../../../src/recipe/param-values.ts';
import { ParamSchema } from '../../../src/recipe/params.ts';

function param(declaration: object) {
  return ParamSchema.parse({ about: 'for tests', ...declaration });
}

test.each([
  [
    { type: 'integer', min: 1, max: 9 },
    [1, 9],
    [0, 10, 1.5, '1', true, Number.NaN],
    'an integer from 1 to 9',
  ],
  [{ type: 'integer', max: 9 }, [-5], [10], 'an integer of at most 9'],
  [
    { type: 'number', min: 0.5 },
    [0.5, 7],
    [0, Number.POSITIVE_INFINITY],
    'a number of at least 0.5',
  ],
  [{ pattern: '[a-z]+' }, ['abc'], ['', 'a1', 'A', 3], 'a text matching [a-z]+'],
  [{ pattern: 'a|b' }, ['a', 'b'], ['ab', 'xa'], 'a text matching a|b'],
  [{ type: 'boolean' }, [true, false], ['true', 1], 'true or false'],
  [{ type: 'list' }, [[], ['a', 1]], ['a', [[]], [null]], 'a list'],
  [{ enum: ['small', 'large'] }, ['small'], ['medium', ''], 'one of small, large'],
])('%j takes what it says', (declaration, taken, refused, words) => {
  const declared = param(declaration);
  for (const value of taken) expect(fits(declared, value)).toBe(true);
  for (const value of refused) expect(fits(declared, value)).toBe(false);
  expect(describeParam(declared)).toBe(words);
});

test.each([
  [{ type: 'string', min: 1 }, 'min'],
  [{ type: 'integer', pattern: 'x' }, 'pattern'],
  [{ type: 'integer', min: 3, max: 2 }, 'min'],
  [{ type: 'integer', default: 'x' }, 'default'],
  [{ enum: ['a'], default: 'b' }, 'default'],
  [{ type: 'integer', enum: ['a'] }, 'enum'],
])('%j contradicts itself at %s', (declaration, key) => {
  const parsed = ParamSchema.safeParse({ about: 'x', ...declaration });
  expect(parsed.error?.issues.map((issue) => issue.path[0])).toContain(key);
});

test('the sample of a parameter that takes numbers fits it', () => {
  const bound = fc.option(fc.integer({ min: -1000, max: 1000 }), { nil: undefined });
  fc.assert(
    fc.property(fc.constantFrom('integer', 'number'), bound, bound, (type, min, max) => {
      fc.pre(min === undefined || max === undefined || min <= max);
      const declared = param({ type, min, max });
      expect(fits(declared, sampleValue(declared))).toBe(true);
    }),
  );
});
