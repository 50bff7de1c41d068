import { invalidParameter } from '../fault.ts';
import { groupsOf, listOf, type Params } from '../query.ts';
import type { Tag } from '../record.ts';

/** The values that each filter may look at in one thing, by the filter's name. */
export type FilterValues<T> = ReadonlyMap<string, ValuesOf<T>>;
type ValuesOf<T> = (thing: T) => readonly string[];

/** The filters written as an object, by their names. */
export function filterTable<T>(filters: Readonly<Record<string, ValuesOf<T>>>): FilterValues<T> {
  return new Map(Object.entries(filters));
}

/**
 * A test for the things that a request's `Filter.N` let through: every filter has to match, with one of its values;
 * `*` and `?` stand for characters. Things with tags can be filtered by `tag:KEY` and `tag-key` too.
 */
export function matcherOf<T extends { readonly tags: readonly Tag[] }>(
  params: Params,
  known: FilterValues<T>,
): (thing: T) => boolean {
  const tests = groupsOf(params, 'Filter').map((filter) => {
    const name = filter.get('Name') ?? '';
    const valuesOf = known.get(name) ?? tagValues(name);
    const patterns = listOf(filter, 'Value').map(patternOf);
    return (thing: T) =>
      valuesOf(thing).some((value) => patterns.some((pattern) => pattern.test(value)));
  });
  return (thing) => tests.every((test) => test(thing));
}

function tagValues(name: string): (thing: { readonly tags: readonly Tag[] }) => string[] {
  if (name === 'tag-key') return ({ tags }) => tags.map(({ key }) => key);
  if (!name.startsWith('tag:')) throw invalidParameter('Filter', name, 'names no known filter');
  const wanted = name.slice('tag:'.length);
  return ({ tags }) => tags.filter(({ key }) => key === wanted).map(({ value }) => value);
}

/** EC2's wildcards as a regular expression; a backslash takes a wildcard's meaning away. */
export function patternOf(text: string): RegExp {
  const source = text.replace(
    /\\([*?\\])|([*?])|[\\^$.+()[\]{}|/-]/g,
    (found, escaped, wildcard) => {
      if (wildcard !== undefined) return wildcard === '*' ? '.*' : '.';
      return `\\${escaped ?? found}`;
    },
  );
  return new RegExp(`^${source}$`, 's');
}
