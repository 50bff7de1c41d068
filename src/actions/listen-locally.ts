import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { toDeployerError, UsageError } from '../errors.ts';

/** Only programs of this computer may connect. */
export const loopback = '127.0.0.1';

/** What is done with a connection; it ends in good time when the signal aborts. */
export type Carry = (socket: Socket, signal: AbortSignal) => Promise<void>;

/** A port of this computer that accepts connections; closed on disposal. */
export interface LocalPort extends AsyncDisposable {
  readonly port: number;
  /** Hands every connection to `carry`, those made before as well; on disposal all are ended and waited for. */
  serve(carry: Carry): AsyncDisposable;
}

/**
 * Accepts connections at a port of this computer, at a free one when `port` is 0.
 * @throws {UsageError} `local-port-unavailable` when that port cannot be had
 */
export async function listenLocally(port: number): Promise<LocalPort> {
  const waiting = new Set<Socket>();
  let take = (socket: Socket): void => {
    waiting.add(socket);
  };
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    // Whoever uses the socket learns of its end by `close`; an unheard error would end the process.
    socket.on('error', () => {});
    take(socket);
  });
  await startListening(server, port);
  return {
    port: portOf(server),
    serve: (carry) => {
      const serving = startServing(carry);
      take = serving.take;
      for (const socket of waiting) take(socket);
      waiting.clear();
      return serving;
    },
    [Symbol.asyncDispose]: async () => {
      const closed = once(server, 'close');
      server.close();
      for (const socket of waiting) socket.destroy();
      await closed;
    },
  };
}

function startServing(carry: Carry): AsyncDisposable & { readonly take: (socket: Socket) => void } {
  const ending = new AbortController();
  const carried = new Map<Socket, Promise<void>>();
  const carryOne = async (socket: Socket) => {
    try {
      await carry(socket, ending.signal);
    } finally {
      socket.destroy();
      carried.delete(socket);
    }
  };
  return {
    take: (socket) => {
      if (ending.signal.aborted) socket.destroy();
      else carried.set(socket, carryOne(socket));
    },
    [Symbol.asyncDispose]: async () => {
      ending.abort();
      const work = [...carried.values()];
      for (const socket of carried.keys()) socket.destroy();
      await Promise.all(work);
    },
  };
}

async function startListening(server: Server, port: number): Promise<void> {
  try {
    server.listen(port, loopback);
    await once(server, 'listening');
  } catch (cause) {
    const isTaken = cause instanceof Error && 'code' in cause && cause.code === 'EADDRINUSE';
    const why = isTaken ? 'is taken' : `cannot be had: ${toDeployerError(cause).message}`;
    const message = `port ${port} of this computer ${why}`;
    throw new UsageError('local-port-unavailable', message, {
      hint: 'Choose another one with --local PORT; --local 0 takes one that is free.',
      cause,
    });
  }
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}
