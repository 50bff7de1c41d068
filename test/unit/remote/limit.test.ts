import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLimit } from '../../../src/remote/limit.ts';

describe('a limit', () => {
  it('lets everybody in once, in order, and never more than its places', async () => {
    const work = fc.array(fc.nat({ max: 3 }), { maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 8 }), work, async (places, turns) => {
        const limit = createLimit(places);
        const entered: number[] = [];
        let inside = 0;
        let most = 0;
        const visit = async (index: number, waits: number) => {
          const release = await limit.acquire();
          entered.push(index);
          inside += 1;
          most = Math.max(most, inside);
          for (let wait = 0; wait < waits; wait += 1) await Promise.resolve();
          inside -= 1;
          release();
          release();
        };
        await Promise.all(turns.map((waits, index) => visit(index, waits)));
        expect(entered).toEqual(turns.map((_, index) => index));
        expect(most).toBeLessThanOrEqual(places);
      }),
    );
  });

  it('forgets who stopped waiting', async () => {
    const limit = createLimit(1);
    const release = await limit.acquire();
    const abort = new AbortController();
    const reason = new Error('enough');
    const impatient = limit.acquire(abort.signal);
    const patient = limit.acquire();
    abort.abort(reason);
    await expect(impatient).rejects.toBe(reason);
    release();
    (await patient)();
    await expect(limit.acquire(AbortSignal.abort(reason))).rejects.toBe(reason);
  });

  it('can be lowered below what is taken, but not below one', async () => {
    const limit = createLimit(3);
    const releases = [await limit.acquire(), await limit.acquire(), await limit.acquire()];
    expect([limit.lower(), limit.lower()]).toEqual([true, true]);
    for (const release of releases) release();
    const first = await limit.acquire();
    const second = await limit.acquire();
    let third = false;
    const waiting = limit.acquire().then((release) => {
      third = true;
      return release;
    });
    await Promise.resolve();
    expect(third).toBe(false);
    first();
    (await waiting)();
    expect(limit.lower()).toBe(false);
    second();
  });
});
