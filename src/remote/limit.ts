/** How many of something may be under way at once; the others wait in order of arrival. */
export interface Limit {
  /**
   * Waits for a place and gives what frees it again (calling that twice is harmless).
   *
   * @throws The signal's reason when it aborts before there was a place.
   */
  acquire(signal?: AbortSignal): Promise<() => void>;
  /** Allows one fewer than hold a place now, and says false when there is just one left to hold it. */
  lower(): boolean;
}

/** A limit of `most` places. */
export function createLimit(most: number): Limit {
  let places = most;
  let taken = 0;
  const waiting = new Set<() => void>();

  const admit = () => {
    for (const enter of waiting) {
      if (taken >= places) return;
      waiting.delete(enter);
      enter();
    }
  };
  const take = () => {
    taken += 1;
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      taken -= 1;
      admit();
    };
  };

  return {
    acquire: (signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted === true) return reject(signal.reason);
        const onAbort = () => {
          waiting.delete(enter);
          reject(signal?.reason);
        };
        const enter = () => {
          signal?.removeEventListener('abort', onAbort);
          resolve(take());
        };
        signal?.addEventListener('abort', onAbort, { once: true });
        waiting.add(enter);
        admit();
      }),
    lower: () => {
      if (taken <= 1) return false;
      places = Math.min(places, taken - 1);
      return true;
    },
  };
}
