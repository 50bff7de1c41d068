import { createHash } from 'node:crypto';

/** One helper that templates may call: `{{NAME argument …}}`. */
export interface Helper {
  /** How it is written and what it gives, for the reference page. */
  readonly about: string;
  /** Fewest and most arguments. */
  readonly takes: readonly [least: number, most: number];
  /** @throws {TypeError} when an argument is not what the helper works on */
  readonly apply: (...values: readonly unknown[]) => unknown;
}

const many = 100;

/** Every helper besides the blocks `if`, `unless`, `each` and `with`; none has effects. */
export const helpers = {
  join: {
    about:
      'join LIST ", " [field]: the items (or one field of each) as one text with the separator between them',
    takes: [2, 3],
    apply: (items, separator, field) =>
      asList(items)
        .map((item) => asText(field === undefined ? item : fieldOf(item, field)))
        .join(asText(separator)),
  },
  json: {
    about: 'json VALUE: the value as JSON',
    takes: [1, 1],
    apply: (value) => JSON.stringify(value),
  },
  default: {
    about:
      'default VALUE FALLBACK: the value, or the fallback where the value is null or an empty text',
    takes: [2, 2],
    apply: (value, fallback) => (value === null || value === '' ? fallback : value),
  },
  eq: { about: 'eq A B: whether both are the same', takes: [2, 2], apply: (a, b) => a === b },
  ne: { about: 'ne A B: whether they differ', takes: [2, 2], apply: (a, b) => a !== b },
  lt: { about: 'lt A B: whether A < B', takes: [2, 2], apply: (a, b) => asNumber(a) < asNumber(b) },
  gt: { about: 'gt A B: whether A > B', takes: [2, 2], apply: (a, b) => asNumber(a) > asNumber(b) },
  and: {
    about: 'and A B …: whether all hold',
    takes: [2, many],
    apply: (...all) => all.every(holds),
  },
  or: {
    about: 'or A B …: whether any holds',
    takes: [2, many],
    apply: (...all) => all.some(holds),
  },
  not: { about: 'not A: whether A does not hold', takes: [1, 1], apply: (value) => !holds(value) },
  add: { about: 'add A B …: the sum', takes: [2, many], apply: (...all) => sum(all.map(asNumber)) },
  subtract: {
    about: 'subtract A B: A - B',
    takes: [2, 2],
    apply: (a, b) => asNumber(a) - asNumber(b),
  },
  multiply: {
    about: 'multiply A B: A × B',
    takes: [2, 2],
    apply: (a, b) => asNumber(a) * asNumber(b),
  },
  divide: {
    about: 'divide A B: A ÷ B without the remainder, towards zero',
    takes: [2, 2],
    apply: (a, b) => Math.trunc(asNumber(a) / nonZero(asNumber(b))),
  },
  min: {
    about: 'min A B …: the smallest',
    takes: [2, many],
    apply: (...all) => Math.min(...all.map(asNumber)),
  },
  max: {
    about: 'max A B …: the largest',
    takes: [2, many],
    apply: (...all) => Math.max(...all.map(asNumber)),
  },
  percent: {
    about: 'percent P N: P percent of N, rounded down',
    takes: [2, 2],
    apply: (percent, whole) => Math.floor((asNumber(percent) * asNumber(whole)) / 100),
  },
  lookup: {
    about: 'lookup LIST INDEX (from 0) or lookup MAP NAME: one item, which must exist',
    takes: [2, 2],
    apply: fieldOf,
  },
  base64: {
    about: 'base64 TEXT: its UTF-8 bytes in base64',
    takes: [1, 1],
    apply: (text) => Buffer.from(asText(text)).toString('base64'),
  },
  sha256: {
    about: 'sha256 TEXT: the checksum of its UTF-8 bytes, in hexadecimal',
    takes: [1, 1],
    apply: (text) => createHash('sha256').update(asText(text)).digest('hex'),
  },
} satisfies Record<string, Helper>;

/** Whether a value counts as true in `if`, `and`, `or`, `not`: not false, null, 0, an empty text or an empty list. */
function holds(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : Boolean(value);
}

/** `value` as text; @throws {TypeError} for lists, maps and null, which have no text of their own. */
export function asText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new TypeError(`expected a text or a number, found ${nameOf(value)}`);
}

function asNumber(value: unknown): number {
  if (typeof value === 'number') return value;
  throw new TypeError(`expected a number, found ${nameOf(value)}`);
}

function nonZero(value: number): number {
  if (value !== 0) return value;
  throw new TypeError('division by zero');
}

function asList(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new TypeError(`expected a list, found ${nameOf(value)}`);
}

function fieldOf(container: unknown, name: unknown): unknown {
  const key = asText(name);
  if (typeof container === 'object' && container !== null && Object.hasOwn(container, key)) {
    return Reflect.get(container, key);
  }
  throw new TypeError(`there is no "${key}" in ${nameOf(container)}`);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}

/** What kind of value it is, in the words of messages; never the value itself, which may be a secret. */
export function nameOf(value: unknown): string {
  if (value === null) return 'null (there is none)';
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a map';
  if (typeof value === 'boolean') return 'true or false';
  return typeof value === 'number' ? 'a number' : 'a text';
}
