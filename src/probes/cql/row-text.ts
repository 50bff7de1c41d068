import type { types } from 'cassandra-driver';

/**
 * A row as one line: its values in the order of the columns, with tabs between them. Numbers, ids, addresses and texts
 * are as people write them, dates are in ISO 8601, bytes like `0x2a`, collections and structures in JSON; a value that
 * is not there is `null`. Line breaks and tabs in a text are written `\n`, `\r` and `\t`.
 */
export function rowText({ columns }: Pick<types.ResultSet, 'columns'>, row: types.Row): string {
  return columns.map(({ name }) => valueText(row.get(name))).join('\t');
}

function valueText(value: unknown): string {
  const plain = plainValue(value);
  const text = typeof plain === 'string' ? plain : JSON.stringify(plain);
  return text.replaceAll('\t', '\\t').replaceAll('\n', '\\n').replaceAll('\r', '\\r');
}

/** The value in nothing but texts, numbers, booleans, null, lists and maps. */
function plainValue(value: unknown): unknown {
  if (value === null || value === undefined) return null;
  if (typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value)))
    return value;
  if (Array.isArray(value)) return value.map(plainValue);
  if (Buffer.isBuffer(value)) return `0x${value.toString('hex')}`;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'null' : value.toISOString();
  if (typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plainValue(item)]));
  }
  return String(value);
}
