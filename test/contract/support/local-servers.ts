import { once } from 'node:events';
import type { Server, Socket } from 'node:net';
import { freePort } from '../../support/free-port.ts';

/** Servers of a test on loopback, with what is connected to them. */
export interface LocalServers {
  /** Connections that are open now. */
  readonly open: number;
  /** Starts a server at a free port, and gives the port. */
  listen(server: Server): Promise<number>;
  /** Ends all servers, with their connections. */
  closeAll(): Promise<void>;
}

/** No servers yet. */
export function createLocalServers(): LocalServers {
  const servers: Server[] = [];
  const sockets = new Set<Socket>();
  return {
    get open() {
      return sockets.size;
    },
    listen: async (server) => {
      const port = await freePort();
      servers.push(server);
      server.on('connection', (socket: Socket) => {
        sockets.add(socket);
        socket.on('error', () => {});
        socket.on('close', () => sockets.delete(socket));
      });
      server.listen(port, '127.0.0.1');
      await once(server, 'listening');
      return port;
    },
    closeAll: async () => {
      for (const socket of sockets) socket.destroy();
      await Promise.all(servers.splice(0).map((server) => server.close() && once(server, 'close')));
    },
  };
}
