import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { filterTable, matcherOf, patternOf } from '../../../src/localcloud/actions/filters.ts';
import { parseQuery } from '../../../src/localcloud/query.ts';

const things = [
  { name: 'one', tags: [{ key: 'team', value: 'red' }] },
  {
    name: 'two',
    tags: [
      { key: 'team', value: 'blue' },
      { key: 'constructor', value: 'x' },
    ],
  },
  { name: 'three', tags: [] },
];
const known = filterTable<(typeof things)[number]>({ name: (thing) => [thing.name] });

function matching(query: string): string[] {
  return things.filter(matcherOf(parseQuery(query), known)).map(({ name }) => name);
}

describe('matcherOf', () => {
  test('lets everything through without filters', () => {
    expect(matching('')).toEqual(['one', 'two', 'three']);
  });

  test('wants every filter, and of each one value', () => {
    expect(matching('Filter.1.Name=name&Filter.1.Value.1=one&Filter.1.Value.2=two')).toEqual([
      'one',
      'two',
    ]);
    expect(
      matching('Filter.1.Name=name&Filter.1.Value.1=t*&Filter.2.Name=tag:team&Filter.2.Value.1=*'),
    ).toEqual(['two']);
  });

  test('finds tags by key, also one that every object seems to have', () => {
    expect(matching('Filter.1.Name=tag-key&Filter.1.Value.1=constructor')).toEqual(['two']);
    expect(matching('Filter.1.Name=tag:constructor&Filter.1.Value.1=*')).toEqual(['two']);
  });

  test('refuses a filter that it does not know', () => {
    expect(() => matching('Filter.1.Name=toString&Filter.1.Value.1=x')).toThrow(/toString/);
  });
});

describe('patternOf', () => {
  test('knows both wildcards and takes them literally after a backslash', () => {
    expect(patternOf('a?c*').test('abcdef')).toBe(true);
    expect(patternOf('a\\*').test('a*')).toBe(true);
    expect(patternOf('a\\*').test('ab')).toBe(false);
  });

  test('matches any text without wildcards with itself alone', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (text, other) => {
        const literal = text.replace(/[\\*?]/g, '\\$&');
        expect(patternOf(literal).test(text)).toBe(true);
        expect(patternOf(literal).test(other)).toBe(other === text);
      }),
    );
  });
});
