import PQueue from 'p-queue';

/** How the items of a window are chosen and visited. */
export interface WindowWalk<T> {
  /** Whether no further visit may begin. */
  isOver(): boolean;
  /** Which of the waiting items, never none, comes next; asked for one at a time. */
  next(waiting: readonly T[]): Promise<T>;
  /** Must not throw. */
  visit(item: T): Promise<void>;
}

/**
 * Visits every item once, at most `window` of them at the same time: as soon as one visit ends the next begins.
 * Resolves when all visits that began have ended.
 * @throws what `next` threw, once they have; after that no further visit begins
 */
export async function walkWindow<T>(
  items: readonly T[],
  window: number,
  walk: WindowWalk<T>,
): Promise<void> {
  const waiting = new Set(items);
  const choosing = new PQueue({ concurrency: 1 });
  // Nobody else looks while somebody chooses, so others see it only where `next` threw.
  let isStuck = false;
  const choose = async (): Promise<readonly T[]> => {
    if (isStuck || walk.isOver()) return [];
    isStuck = true;
    const item = await walk.next([...waiting]);
    isStuck = false;
    waiting.delete(item);
    return walk.isOver() ? [] : [item];
  };
  const visitNext = async () => {
    for (const item of await choosing.add(choose)) await walk.visit(item);
  };
  const visiting = new PQueue({ concurrency: window });
  const outcomes = await Promise.allSettled(items.map(() => visiting.add(visitNext)));
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}
