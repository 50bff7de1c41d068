import { createHash } from 'node:crypto';
import { isIPv6 } from 'node:net';
import { indexOf, interleave, select } from './list-functions.ts';
import { spread, sum, versionAtLeast } from './number-functions.ts';
import { asCount, asList, asNumber, asText, fieldOf, holds, nonZero } from './values.ts';

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
  bracketed: {
    about:
      'bracketed ADDRESS: the address as it is written in front of a port: one of IPv6 in brackets, any other as it is',
    takes: [1, 1],
    apply: (address) => (isIPv6(asText(address)) ? `[${asText(address)}]` : asText(address)),
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
  length: {
    about: 'length LIST: how many items it has',
    takes: [1, 1],
    apply: (items) => asList(items).length,
  },
  includes: {
    about: 'includes LIST VALUE: whether the value is one of the items',
    takes: [2, 2],
    apply: (items, value) => asList(items).includes(value),
  },
  indexOf: {
    about:
      'indexOf LIST FIELD VALUE: the place (from 0) of the first item whose field has that value, which must exist',
    takes: [3, 3],
    apply: indexOf,
  },
  where: {
    about:
      'where LIST FIELD VALUE: the items whose field has that value; with a list in place of VALUE, any of its values',
    takes: [3, 3],
    apply: (items, field, wanted) => select(items, field, wanted, true),
  },
  without: {
    about:
      'without LIST FIELD VALUE: the items whose field has another value; with a list in place of VALUE, none of its values',
    takes: [3, 3],
    apply: (items, field, unwanted) => select(items, field, unwanted, false),
  },
  pluck: {
    about: 'pluck LIST FIELD: one field of each item, as a list',
    takes: [2, 2],
    apply: (items, field) => asList(items).map((item) => fieldOf(item, field)),
  },
  take: {
    about: 'take LIST N: its first N items; all when there are fewer',
    takes: [2, 2],
    apply: (items, count) => asList(items).slice(0, asCount(count)),
  },
  interleave: {
    about:
      'interleave LIST FIELD: the items in turn, one of each value of the field: a1 a2 b1 b2 becomes a1 b1 a2 b2; values take their turns in the order in which they appear',
    takes: [2, 2],
    apply: interleave,
  },
  spread: {
    about:
      'spread BITS TOTAL FIRST STRIDE: the signed range of so many bits cut into TOTAL equal parts, of their starts the ones numbered FIRST, FIRST + STRIDE, … as a list of texts; `spread 64 8 1 4` is the second of four shares of two each',
    takes: [4, 4],
    apply: spread,
  },
  versionAtLeast: {
    about:
      'versionAtLeast VERSION LEAST: whether a version like 1.12.3 is that one or a later one, number by number; missing numbers count as 0, and what follows the numbers (-rc1, +dfsg1) does not count',
    takes: [2, 2],
    apply: versionAtLeast,
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
