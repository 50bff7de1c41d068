import type { Duplex } from 'node:stream';
import type { Clock } from '../clock.ts';
import type { Knock } from './knock.ts';

/** How hard to knock: `eager` at machines of this computer, `gentle` at a cloud's. */
export type Dialing = 'eager' | 'gentle';

interface DialStyle {
  /** A fresh dial starts this often, beside those still pending. */
  readonly everyMs: number;
  /** A pending dial is given up after this time. */
  readonly lifetimeMs: number;
  readonly mostPending: number;
}

/**
 * A dial to an address that nobody holds yet is only repeated by the kernel after a second, so machines that boot
 * in half of one are dialled afresh all the time. A cloud's machine takes longer, and from OpenSSH 9.8 on its sshd
 * bans addresses that open connections and drop them.
 */
const dialStyles: Readonly<Record<Dialing, DialStyle>> = {
  eager: { everyMs: 50, lifetimeMs: 1_000, mostPending: 20 },
  gentle: { everyMs: 500, lifetimeMs: 5_000, mostPending: 2 },
};

/** What dialling needs. */
export interface DialDeps {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Hears of every failed dial: the system's error code, `silent` when nothing came back, or what a host on the way said. */
  readonly onFailure: (failure: string) => void;
}

/**
 * The first connection that comes about, however long that takes; every other one is destroyed.
 *
 * @throws The signal's reason when it aborts first, and what makes further knocking useless; no connection is left then.
 */
export async function dial(knock: Knock, dialing: Dialing, deps: DialDeps): Promise<Duplex> {
  const { clock, signal, onFailure } = deps;
  const style = dialStyles[dialing];
  const pending = new Map<() => void, number>();
  const wake = new AbortController();
  const onAbort = () => wake.abort();
  let first: Duplex | undefined;
  let broken: { readonly error: unknown } | undefined;

  const start = () => {
    const giveUp = knock({
      opened: (stream) => {
        pending.delete(giveUp);
        if (first !== undefined) return void stream.destroy();
        first = stream;
        wake.abort();
      },
      failed: (failure) => {
        if (pending.delete(giveUp)) onFailure(failure);
      },
      broken: (error) => {
        broken = { error };
        wake.abort();
      },
    });
    pending.set(giveUp, clock.monotonicMs());
  };
  const dropOld = () => {
    for (const [giveUp, since] of pending) {
      if (clock.monotonicMs() - since < style.lifetimeMs) continue;
      pending.delete(giveUp);
      giveUp();
      onFailure('silent');
    }
  };

  signal.addEventListener('abort', onAbort, { once: true });
  try {
    while (first === undefined) {
      signal.throwIfAborted();
      if (broken !== undefined) throw broken.error;
      dropOld();
      if (pending.size < style.mostPending) start();
      await clock.sleep(style.everyMs, wake.signal).catch(() => {});
    }
    return first;
  } finally {
    signal.removeEventListener('abort', onAbort);
    for (const giveUp of pending.keys()) giveUp();
  }
}
