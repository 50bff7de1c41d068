/**
 * A function that hands items to `flush` in the order they came: one flush at a time, and everything that comes while
 * one is under way goes into the next, so that many callers share one fsync. Each call settles as its flush does.
 */
export function createBatcher<Item>(
  flush: (items: readonly Item[]) => Promise<void>,
): (item: Item) => Promise<void> {
  let last: Promise<void> = Promise.resolve();
  let next: { readonly items: Item[]; readonly flushed: Promise<void> } | null = null;
  const startBatch = () => {
    const items: Item[] = [];
    const flushed = last.then(() => {
      next = null;
      return flush(items);
    });
    last = flushed.catch(() => undefined);
    return { items, flushed };
  };
  return (item) => {
    next ??= startBatch();
    next.items.push(item);
    return next.flushed;
  };
}
