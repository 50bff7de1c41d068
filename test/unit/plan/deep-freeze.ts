/** The value, after which every attempt to change it or anything in it throws; what is a function stays as it is. */
export function deepFreeze<T>(value: T): T {
  freeze(value);
  return value;
}

function freeze(value: unknown): void {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return;
  if (value instanceof Map || value instanceof Set) {
    for (const [key, item] of value.entries()) [key, item].forEach(freeze);
    const refuse = () => {
      throw new TypeError('a frozen collection is changed');
    };
    Object.assign(value, { set: refuse, add: refuse, delete: refuse, clear: refuse });
  }
  Object.freeze(value);
  Object.values(value).forEach(freeze);
}
