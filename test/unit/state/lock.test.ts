import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { acquireLock, type LockOptions } from '../../../src/state/lock.ts';
import type { LockHolder } from '../../../src/state/lock-file.ts';
import { temporaryFolders } from '../../support/temporary-folder.ts';

const newFolder = temporaryFolders();
let folder: string;
beforeEach(() => {
  folder = join(newFolder(), 'zookeeper-default');
});

function acquire(options: Partial<LockOptions> = {}) {
  const { signal } = new AbortController();
  return acquireLock(folder, {
    who: 'run-7',
    operation: 'create',
    clock: systemClock,
    signal,
    ...options,
  });
}

/** Leaves a lock behind as its owner would have, had it died or been somebody else. */
async function leaveLock(changes: Partial<LockHolder>): Promise<LockHolder> {
  const lock = await acquire();
  await lock.release();
  const holder = { ...lock.holder, ...changes };
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'lock'), JSON.stringify(holder));
  return holder;
}

describe('a lock', () => {
  it('says who holds it, in a private file, until it is released', async () => {
    const lock = await acquire();
    const file = join(folder, 'lock');
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(lock.holder);
    expect(lock.holder).toMatchObject({ pid: process.pid, who: 'run-7', operation: 'create' });
    expect(lock.notice).toBeNull();
    expect(statSync(file).mode & 0o777).toBe(0o600);
    await lock.release();
    expect(existsSync(folder)).toBe(false);
  });

  it('is released at the end of its scope, and what else is in the folder stays', async () => {
    {
      await using lock = await acquire();
      expect(lock.holder.pid).toBe(process.pid);
      writeFileSync(join(folder, 'journal'), '');
    }
    expect(readdirSync(folder)).toEqual(['journal']);
  });

  it('that a living process holds is refused with who, what, since when, and what to do', async () => {
    await using lock = await acquire();
    const { user, hostname, since } = lock.holder;
    await expect(acquire({ operation: 'destroy' })).rejects.toMatchObject({
      code: 'locked',
      exitCode: 4,
      message: `zookeeper-default is locked by create (run-7) of ${user} on ${hostname}, pid ${process.pid}, since ${since}`,
      hint: expect.stringContaining('--wait'),
    });
  });

  it('is never released by somebody else', async () => {
    const first = await acquire();
    await first.release();
    await using second = await acquire();
    await first.release();
    await expect(acquire()).rejects.toMatchObject({ code: 'locked' });
    expect(second.holder.id).not.toBe(first.holder.id);
  });

  it.each([
    ['has died', { pid: 2 ** 22 + 1 }],
    ['has the pid of a process that started at another time', { startTime: '1' }],
    ['ran before the computer was started anew', { bootId: 'an earlier one' }],
  ])('whose owner %s is taken over with a notice', async (_, changes) => {
    const dead = await leaveLock(changes);
    await using lock = await acquire();
    expect(lock.notice?.message).toContain(`pid ${dead.pid}`);
    expect(readdirSync(folder)).toEqual(['lock']);
    await expect(acquire()).rejects.toMatchObject({ code: 'locked' });
  });

  it('of another computer is refused with the way to remove it, even if the pid is unknown here', async () => {
    await leaveLock({ hostname: 'far-away', pid: 2 ** 22 + 1 });
    await expect(acquire()).rejects.toMatchObject({
      code: 'locked-elsewhere',
      exitCode: 4,
      message: expect.stringContaining('on far-away'),
      hint: expect.stringContaining(`rm '${join(folder, 'lock')}'`),
    });
  });

  it('that cannot be understood is refused with the way to remove it', async () => {
    mkdirSync(folder);
    writeFileSync(join(folder, 'lock'), 'hello');
    await expect(acquire()).rejects.toMatchObject({
      code: 'lock-unreadable',
      exitCode: 4,
      hint: expect.stringContaining('rm '),
    });
  });

  it('is not won by a claim that was left by one who read an older lock', async () => {
    await using lock = await acquire();
    const late = { ...lock.holder, id: 'late' };
    writeFileSync(join(folder, 'lock.after-long-gone'), JSON.stringify(late));
    await expect(acquire()).rejects.toThrow(`pid ${process.pid}`);
  });
});

describe('waiting for a lock', () => {
  it('tells of the holder once, and gets the lock when it is released', async () => {
    const first = await acquire();
    const told: string[] = [];
    let sleeps = 0;
    const clock = {
      ...systemClock,
      sleep: async () => {
        sleeps += 1;
        if (sleeps === 3) await first.release();
      },
    };
    const onWait = ({ id }: LockHolder) => told.push(id);
    await using second = await acquire({ clock, wait: { timeoutMs: 60_000, onWait } });
    expect(told).toEqual([first.holder.id]);
    expect(sleeps).toBe(3);
    expect(second.notice).toBeNull();
  });

  it('ends with the refusal when the time is up', async () => {
    await using first = await acquire();
    let nowMs = 0;
    const clock = {
      ...systemClock,
      monotonicMs: () => nowMs,
      sleep: async (ms: number) => {
        nowMs += ms;
      },
    };
    const wait = { timeoutMs: 1000, onWait: () => undefined };
    await expect(acquire({ clock, wait })).rejects.toMatchObject({ code: 'locked' });
    expect(nowMs).toBe(1000);
    expect(first.holder.pid).toBe(process.pid);
  });

  it('ends at once when it is interrupted', async () => {
    await using first = await acquire();
    const controller = new AbortController();
    const reason = new Error('enough');
    const onWait = () => controller.abort(reason);
    const waiting = acquire({ signal: controller.signal, wait: { timeoutMs: 60_000, onWait } });
    await expect(waiting).rejects.toBe(reason);
    expect(readdirSync(folder)).toEqual(['lock']);
    expect(first.holder.pid).toBe(process.pid);
  });
});
