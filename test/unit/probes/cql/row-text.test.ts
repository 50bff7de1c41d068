import driver from 'cassandra-driver';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rowText } from '../../../../src/probes/cql/row-text.ts';

const { types } = driver;

/** A row of these values, as the driver gives it. */
function textOf(...values: readonly unknown[]): string {
  const named = values.map((value, index) => [`column${index}`, value] as const);
  const columns = named.map(([name]) => ({
    name,
    type: { code: types.dataTypes.text, info: null },
  }));
  const row = Object.assign(Object.create({ get: (name: string) => Object(row)[name] }), {
    ...Object.fromEntries(named),
  });
  return rowText({ columns }, row);
}

describe('the text of a row', () => {
  it.each([
    [null, 'null'],
    ['plain', 'plain'],
    ['', ''],
    ['a\tb\nc\rd', 'a\\tb\\nc\\rd'],
    [true, 'true'],
    [1.5, '1.5'],
    [Number.NaN, 'NaN'],
    [types.Long.fromString('9223372036854775807'), '9223372036854775807'],
    [types.BigDecimal.fromString('1.50'), '1.50'],
    [
      types.Uuid.fromString('123e4567-e89b-12d3-a456-426614174000'),
      '123e4567-e89b-12d3-a456-426614174000',
    ],
    [types.InetAddress.fromString('10.0.0.1'), '10.0.0.1'],
    [types.LocalDate.fromString('2026-01-02'), '2026-01-02'],
    [types.Duration.fromString('1h2m'), '1h2m'],
    [new Date(0), '1970-01-01T00:00:00.000Z'],
    [Buffer.from([0xca, 0xfe]), '0xcafe'],
    [[1, 'a', null], '[1,"a",null]'],
    [[types.InetAddress.fromString('::1')], '["::1"]'],
    [{ a: Buffer.from([1]), b: { c: [] } }, '{"a":"0x01","b":{"c":[]}}'],
    [new types.Tuple(1, 'a'), '(1,a)'],
  ])('has %j as %j', (value, text) => {
    expect(textOf(value)).toBe(text);
  });

  it('has the values in the order of the columns, with tabs between them', () => {
    expect(textOf('a', null, 3)).toBe('a\tnull\t3');
  });

  it('is one line with as many values as there are columns', () => {
    const value = fc.oneof(fc.string({ unit: 'binary' }), fc.jsonValue({ maxDepth: 2 }));
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 4 }), (values) => {
        const text = textOf(...values);
        expect(text).not.toMatch(/[\r\n]/);
        expect(text.split('\t')).toHaveLength(values.length);
      }),
    );
  });
});
