import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** A TCP proxy on loopback that can cut or freeze what passes through it. */
export interface TcpProxy {
  readonly port: number;
  /** Connections accepted so far. */
  readonly accepted: number;
  /** From now on cuts every connection once so many more bytes have come from the node. */
  cutAfter(bytes: number): void;
  /** Cuts all connections now; new ones work. */
  cut(): void;
  /** From now on nothing passes on the connections there are, and they stay open; new ones work. */
  freeze(): void;
  [Symbol.asyncDispose](): Promise<void>;
}

export async function startProxy(targetPort: number, targetHost = '127.0.0.1'): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  let accepted = 0;
  let left = Number.POSITIVE_INFINITY;
  const destroyAll = () => {
    for (const socket of sockets) socket.destroy();
    left = Number.POSITIVE_INFINITY;
  };
  const server = createServer({ noDelay: true }, (near) => {
    accepted += 1;
    const far = connect({ port: targetPort, host: targetHost, noDelay: true });
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
    }
    near.on('data', (chunk) => far.write(chunk));
    far.on('data', (chunk) => {
      near.write(chunk.subarray(0, left));
      left -= chunk.length;
      if (left <= 0) destroyAll();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    port: address.port,
    get accepted() {
      return accepted;
    },
    cutAfter: (bytes) => {
      left = bytes;
    },
    cut: destroyAll,
    freeze: () => {
      for (const socket of sockets) socket.pause();
    },
    [Symbol.asyncDispose]: async () => {
      destroyAll();
      server.close();
      await once(server, 'close');
    },
  };
}
