/** As many calls are under way at a time; how fast they go is the call policy's matter. */
const atOnce = 10;

/**
 * Does the work for each item, several at a time. After a failure no further item is begun, and what was under way has
 * ended.
 * @throws what the first failing work threw
 */
export async function forEach<T>(
  items: readonly T[],
  work: (item: T) => Promise<unknown>,
): Promise<void> {
  const waiting = items.values();
  const failures: unknown[] = [];
  const walk = async () => {
    for (const item of waiting) {
      try {
        await work(item);
      } catch (error) {
        failures.push(error);
      }
      if (failures.length > 0) return;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, walk));
  if (failures.length > 0) throw failures[0];
}
