import { asList, asText, fieldOf } from './values.ts';

/** The items whose field has one of the values, or just the others. */
export function select(
  items: unknown,
  field: unknown,
  wanted: unknown,
  isWanted: boolean,
): readonly unknown[] {
  const values = Array.isArray(wanted) ? wanted : [wanted];
  return asList(items).filter((item) => values.includes(fieldOf(item, field)) === isWanted);
}

/** The place, from 0, of the first item whose field has that value; @throws {TypeError} when none has */
export function indexOf(items: unknown, field: unknown, value: unknown): number {
  const index = asList(items).findIndex((item) => fieldOf(item, field) === value);
  if (index >= 0) return index;
  throw new TypeError(`no item of the list has that "${asText(field)}"`);
}

/** The items in turn, one of each value of the field, in the order in which the values appear. */
export function interleave(items: unknown, field: unknown): readonly unknown[] {
  const groups = new Map<unknown, unknown[]>();
  for (const item of asList(items)) {
    const value = fieldOf(item, field);
    groups.set(value, [...(groups.get(value) ?? []), item]);
  }
  const rounds = Math.max(0, ...[...groups.values()].map(({ length }) => length));
  return Array.from({ length: rounds }, (_, round) =>
    [...groups.values()].flatMap((group) => group.slice(round, round + 1)),
  ).flat();
}
