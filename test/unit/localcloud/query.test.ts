import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  groupsOf,
  integerOf,
  listOf,
  parseQuery,
  required,
} from '../../../src/localcloud/query.ts';

describe('parseQuery', () => {
  test('gives back every parameter, whatever its name and value', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.string()), (parameters) => {
        const params = parseQuery(new URLSearchParams(parameters).toString());
        expect(Object.fromEntries(params)).toEqual({ ...parameters });
      }),
    );
  });

  test('knows no names but those in the request', () => {
    const params = parseQuery('Action=x');
    expect(params.get('constructor')).toBeUndefined();
    expect(() => required(params, '__proto__')).toThrow(/__proto__/);
  });
});

describe('listOf', () => {
  test('orders the values by their numbers', () => {
    expect(listOf(parseQuery('Id.10=c&Id.2=b&Id.1=a&Idx.1=d'), 'Id')).toEqual(['a', 'b', 'c']);
  });

  test('leaves out what has no number', () => {
    expect(listOf(parseQuery('Id.x=a&Id=b&Id.1.Name=c'), 'Id')).toEqual([]);
  });
});

describe('groupsOf', () => {
  test('keeps the members of each structure together', () => {
    const groups = groupsOf(
      parseQuery('Filter.1.Name=a&Filter.2.Name=b&Filter.1.Value.1=c'),
      'Filter',
    );
    expect(groups.map((group) => [...group])).toEqual([
      [
        ['Name', 'a'],
        ['Value.1', 'c'],
      ],
      [['Name', 'b']],
    ]);
  });
});

describe('integerOf', () => {
  test.each(['0', '11', '-1', '1.5', 'x', ''])('refuses %j outside of 1 to 10', (value) => {
    expect(() => integerOf(new Map([['N', value]]), 'N', [1, 10])).toThrow(/from 1 to 10/);
  });

  test('is undefined without the parameter', () => {
    expect(integerOf(new Map(), 'N', [1, 10])).toBeUndefined();
    expect(integerOf(new Map([['N', '10']]), 'N', [1, 10])).toBe(10);
  });
});
