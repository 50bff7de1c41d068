/** `value` as text; @throws {TypeError} for lists, maps and null, which have no text of their own. */
export function asText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new TypeError(`expected a text or a number, found ${nameOf(value)}`);
}

/** `value` as a number; @throws {TypeError} when it is none */
export function asNumber(value: unknown): number {
  if (typeof value === 'number') return value;
  throw new TypeError(`expected a number, found ${nameOf(value)}`);
}

/** `value` as a whole number of at least 0; @throws {TypeError} when it is none */
export function asCount(value: unknown): number {
  const number = asNumber(value);
  if (Number.isSafeInteger(number) && number >= 0) return number;
  throw new TypeError(`expected a whole number of at least 0, found ${number}`);
}

/** The number; @throws {TypeError} when it is 0 and something would be divided by it */
export function nonZero(value: number): number {
  if (value !== 0) return value;
  throw new TypeError('division by zero');
}

/** `value` as a list; @throws {TypeError} when it is none */
export function asList(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new TypeError(`expected a list, found ${nameOf(value)}`);
}

/** The own field of a map, or item of a list, with this name; @throws {TypeError} when there is none */
export function fieldOf(container: unknown, name: unknown): unknown {
  const key = asText(name);
  if (typeof container === 'object' && container !== null && Object.hasOwn(container, key)) {
    return Reflect.get(container, key);
  }
  throw new TypeError(`there is no "${key}" in ${nameOf(container)}`);
}

/** Whether a value counts as true in `if`, `and`, `or`, `not`: not false, null, 0, an empty text or an empty list. */
export function holds(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : Boolean(value);
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
