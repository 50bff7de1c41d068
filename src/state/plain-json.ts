/**
 * Returns when JSON can carry the value without changing it; undefined properties count as absent.
 *
 * @throws {TypeError} naming the first place that would be lost or changed: a Buffer, a Date, NaN, a function, a key
 * `__proto__` (which copying code drops) …
 */
export function assertPlainJson(value: unknown, place: string): void {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return;
  if (typeof value === 'number' && Number.isFinite(value)) return;
  if (Array.isArray(value)) {
    value.forEach((item, index) => {
      assertPlainJson(item, `${place}[${index}]`);
    });
    return;
  }
  if (!isPlainObject(value)) throw new TypeError(`${place} is not plain JSON`);
  for (const [key, item] of Object.entries(value)) {
    if (key === '__proto__') throw new TypeError(`${place} has the key __proto__`);
    if (item !== undefined) assertPlainJson(item, `${place}.${key}`);
  }
}

function isPlainObject(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
