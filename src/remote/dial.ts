import { connect, type Socket } from 'node:net';
import type { Clock } from '../clock.ts';

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

/** Where to dial. */
export interface DialTarget {
  readonly address: string;
  readonly port: number;
  readonly dialing: Dialing;
}

/** What dialling needs. */
export interface DialDeps {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Hears of every failed dial: the system's error code, or `silent` when nothing came back. */
  readonly onFailure: (failure: string) => void;
}

/**
 * The first TCP connection that comes about, however long that takes; every other one is destroyed.
 *
 * @throws The signal's reason when it aborts first; no connection is left then.
 */
export async function dial(target: DialTarget, deps: DialDeps): Promise<Socket> {
  const { clock, signal, onFailure } = deps;
  const style = dialStyles[target.dialing];
  const pending = new Map<Socket, number>();
  const wake = new AbortController();
  const onAbort = () => wake.abort();
  let first: Socket | undefined;

  const start = () => {
    const socket = connect({ host: target.address, port: target.port, noDelay: true });
    pending.set(socket, clock.monotonicMs());
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (pending.delete(socket)) onFailure(error.code ?? error.message);
    });
    socket.once('connect', () => {
      first ??= socket;
      wake.abort();
    });
  };
  const dropOld = () => {
    for (const [socket, since] of pending) {
      if (clock.monotonicMs() - since < style.lifetimeMs) continue;
      pending.delete(socket);
      socket.destroy();
      onFailure('silent');
    }
  };

  signal.addEventListener('abort', onAbort, { once: true });
  try {
    while (first === undefined) {
      signal.throwIfAborted();
      dropOld();
      if (pending.size < style.mostPending) start();
      await clock.sleep(style.everyMs, wake.signal).catch(() => {});
    }
    pending.delete(first);
    return first;
  } finally {
    signal.removeEventListener('abort', onAbort);
    for (const socket of pending.keys()) socket.destroy();
  }
}
