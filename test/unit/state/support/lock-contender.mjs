// A process of its own that takes and gives back a lock as its parent says; see lock-race.test.ts.
import { readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const [module, folder] = process.argv.slice(2);
const { acquireLock } = await import(module);
const clock = { now: Date.now, monotonicMs: () => performance.now(), sleep: () => sleep(2) };
const common = { who: `contender ${process.pid}`, operation: 'create', clock };
let lock;

const orders = {
  async take() {
    try {
      lock = await acquireLock(folder, { ...common, signal: AbortSignal.timeout(20_000) });
      return { won: true, tookOver: lock.notice !== null };
    } catch (error) {
      return { won: false, code: error.code, exitCode: error.exitCode, message: error.message };
    }
  },
  async release() {
    await lock?.release();
    lock = undefined;
  },
  /** Adds one to the counter `times` times, each under the lock, and dies holding it the last time if told so. */
  async count({ counter, times, dies }) {
    const wait = { timeoutMs: 20_000, onWait: () => {} };
    for (let i = 1; i <= times; i += 1) {
      const signal = AbortSignal.timeout(25_000);
      lock = await acquireLock(folder, { ...common, wait, signal });
      const before = Number(readFileSync(counter, 'utf8'));
      await sleep(1);
      writeFileSync(counter, String(before + 1));
      if (dies && i === times) process.kill(process.pid, 'SIGKILL');
      await lock.release();
    }
  },
};

process.on('message', async ({ order, options }) => {
  process.send({ answer: await orders[order](options) });
});
process.on('disconnect', () => process.exit());
process.send({ answer: 'ready' });
