import { invalidParameter, missingParameter } from './fault.ts';

/** The parameters of one EC2 Query request, by their full names such as `Filter.1.Value.2`. */
export type Params = ReadonlyMap<string, string>;

/** The parameters of an `application/x-www-form-urlencoded` body. */
export function parseQuery(form: string): Params {
  return new Map(new URLSearchParams(form));
}

/** The value of a parameter, or a `MissingParameter` fault. */
export function required(params: Params, name: string): string {
  const value = params.get(name);
  if (value === undefined || value === '') throw missingParameter(name);
  return value;
}

/** The values of a list such as `InstanceId.1`, `InstanceId.2`, in the order of their numbers. */
export function listOf(params: Params, name: string): string[] {
  return groupsOf(params, name).flatMap((group) => group.get('') ?? []);
}

/**
 * The members of a list of structures: for `Filter`, one map a filter with the names after `Filter.N.`. A plain
 * value stands under the empty name.
 */
export function groupsOf(params: Params, name: string): Params[] {
  const groups = new Map<number, Map<string, string>>();
  const prefix = `${name}.`;
  for (const [key, value] of params) {
    if (!key.startsWith(prefix)) continue;
    const [index = '', ...rest] = key.slice(prefix.length).split('.');
    if (!/^\d{1,6}$/.test(index)) continue;
    const group = groups.get(Number(index)) ?? new Map<string, string>();
    groups.set(Number(index), group.set(rest.join('.'), value));
  }
  return [...groups].sort(([a], [b]) => a - b).map(([, group]) => group);
}

/** The whole number that a parameter holds, if it is there and within its bounds. */
export function integerOf(
  params: Params,
  name: string,
  [least, most]: readonly [number, number],
): number | undefined {
  const text = params.get(name);
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < least || value > most) {
    throw invalidParameter(name, text, `must be a whole number from ${least} to ${most}`);
  }
  return value;
}
