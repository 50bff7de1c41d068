import { connect } from 'node:net';
import zookeeper from 'node-zookeeper-client';

/** A session with one ZooKeeper server. */
export interface Session {
  create(path: string, text: string): Promise<void>;
  read(path: string): Promise<string>;
  /**
   * Resolves when this server has all that was written before at any. The client has no `sync`, so it writes: writes
   * are applied in one order everywhere, and the answer comes once this server has applied its own.
   */
  catchUp(): Promise<void>;
  close(): void;
}

const patienceMs = 15_000;

/** A session with the server at `host:port`, and with no other. */
export async function connectTo(server: string): Promise<Session> {
  const client = zookeeper.createClient(server, { sessionTimeout: 10_000, retries: 2 });
  await new Promise<void>((done, fail) => {
    const timer = setTimeout(() => {
      client.close();
      fail(new Error(`no session with ${server}`));
    }, patienceMs);
    client.once('connected', () => {
      clearTimeout(timer);
      done();
    });
    client.connect();
  });
  return {
    create: (path, text) =>
      settled((callback) => client.create(path, Buffer.from(text), (error) => callback(error))),
    read: async (path) => {
      const data = await settled<Buffer>((callback) => client.getData(path, callback));
      return data.toString('utf8');
    },
    catchUp: () =>
      settled((callback) => client.setData('/', Buffer.alloc(0), (error) => callback(error))),
    close: () => client.close(),
  };
}

function settled<T = void>(
  begin: (callback: (error: Error | null, value?: T) => void) => void,
): Promise<T> {
  return new Promise((done, fail) => {
    begin((error, value) => (error === null ? done(value as T) : fail(error)));
  });
}

/** What a server answers to a four-letter word. */
export function askServer(address: string, port: number, word: string): Promise<string> {
  return new Promise((done, fail) => {
    let answer = '';
    const socket = connect(port, address, () => socket.write(word));
    socket.setTimeout(patienceMs, () => socket.destroy(new Error(`${address} is silent`)));
    socket.on('data', (chunk) => {
      answer += chunk.toString('utf8');
    });
    socket.on('error', fail);
    socket.on('close', () => done(answer));
  });
}
