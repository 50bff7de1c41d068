import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import type { Duplex, Transform } from 'node:stream';

const loopback = '127.0.0.1';

/** What is said of a connection that ends too early. */
export const endedEarly = 'the connection ended before the answer';

/** A port of this computer that stands for a channel, for clients that can only dial an address. */
export interface LentPort extends AsyncDisposable {
  /** `address:port`; only the first connection is accepted. */
  readonly endpoint: string;
  /** Never resolves; rejects when the connection has ended and all that came through it was read, or with `guard`. */
  readonly ended: Promise<never>;
}

/**
 * A port that leads into `channel`; what comes back goes through `guard`, which errs on what must not reach the client.
 * On disposal both ends are closed, and nothing is left of them afterwards.
 */
export async function lendPort(channel: Duplex, guard: Transform): Promise<LentPort> {
  const server = createServer({ allowHalfOpen: true, noDelay: true });
  const closed = new Promise((done) => server.once('close', done));
  let near: Socket | undefined;
  const ended = new Promise<never>((_, reject) => {
    server.on('error', reject);
    guard.on('error', reject);
    server.once('connection', (socket) => {
      server.close();
      near = socket;
      // Whoever uses the socket learns of its end by `close`; an unheard error would end the process.
      socket.on('error', () => {});
      socket.once('close', () => reject(new Error(endedEarly)));
      channel.once('close', () => guard.end());
      channel.pipe(guard).pipe(socket).pipe(channel);
    });
  });
  ended.catch(() => {});
  try {
    server.listen(0, loopback);
    await once(server, 'listening');
  } catch (error) {
    channel.destroy();
    throw error;
  }
  return {
    endpoint: `${loopback}:${portOf(server)}`,
    ended,
    [Symbol.asyncDispose]: async () => {
      near?.destroy();
      channel.destroy();
      server.close();
      await closed;
    },
  };
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}
