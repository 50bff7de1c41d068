import { setTimeout as pause } from 'node:timers/promises';
import zookeeper, { type Client, type Failure } from 'node-zookeeper-client';

const everyMs = 50;
const askedTimeoutMs = 12_000;
/** A write that is not acknowledged by then has failed, whatever the client still hopes for. */
const patienceMs = 60_000;

const connectionLoss = -4;
const nodeExists = -110;

/** What a client saw that wrote from the start to the end. */
export interface Writing {
  /** What was acknowledged: values by path. */
  readonly acknowledged: ReadonlyMap<string, string>;
  /** The longest time between a write's first attempt and its acknowledgement. */
  readonly longestMs: number;
  /** What the servers granted. */
  readonly sessionTimeoutMs: number;
  /** How often it connected; all but the first time because a server went away. */
  readonly connections: number;
  /** Ids of the sessions that it had. */
  readonly sessions: readonly string[];
  /** Why the writing ended before it was to; expired sessions are among the reasons. */
  readonly failures: readonly string[];
}

/** A client that writes numbered znodes, one after the other, all the time. */
export interface SteadyWriter {
  /** The longest time that a write took since the last lap, the one under way included. */
  lapMs(): number;
  stop(): Promise<Writing>;
}

/** Starts to write through servers given as `host:port`; resolves once the first write is acknowledged. */
export async function startSteadyWriter(servers: readonly string[]): Promise<SteadyWriter> {
  const client = zookeeper.createClient(servers.join(), {
    ...{ sessionTimeout: askedTimeoutMs, retries: 0, spinDelay: 200 },
  });
  const expired = new AbortController();
  const stopping = new AbortController();
  const acknowledged = new Map<string, string>();
  const sessions = new Set<string>();
  const failures: string[] = [];
  const told = { connections: 0, sessionTimeoutMs: 0, longestMs: 0 };
  const lap = { longestMs: 0, begunMs: Number.POSITIVE_INFINITY };
  client.on('connected', () => {
    told.connections += 1;
    told.sessionTimeoutMs = client.getSessionTimeout();
    sessions.add(client.getSessionId().toString('hex'));
  });
  client.on('expired', () => expired.abort(new Error('the session expired')));
  client.connect();
  const write = async (path: string, value: string) => {
    lap.begunMs = performance.now();
    const signal = AbortSignal.any([expired.signal, AbortSignal.timeout(patienceMs)]);
    await persist({ client, signal, path, value });
    const tookMs = performance.now() - lap.begunMs;
    acknowledged.set(path, value);
    lap.longestMs = Math.max(lap.longestMs, tookMs);
    lap.begunMs = Number.POSITIVE_INFINITY;
    told.longestMs = Math.max(told.longestMs, tookMs);
  };
  const writeOn = async () => {
    try {
      for (let number = 1; !stopping.signal.aborted; number += 1) {
        await write(`/steady/${number}`, `value ${number}`);
        await pause(everyMs);
      }
    } catch (error) {
      failures.push(String(error));
    }
  };
  await write('/steady', 'the first');
  const ended = writeOn();
  return {
    lapMs: () => {
      const longestMs = Math.max(lap.longestMs, performance.now() - lap.begunMs);
      lap.longestMs = 0;
      return longestMs;
    },
    stop: async () => {
      stopping.abort();
      await ended;
      client.close();
      return { ...told, acknowledged, sessions: [...sessions], failures };
    },
  };
}

interface Write {
  readonly client: Client;
  /** Ends the attempts; its reason is the failure. */
  readonly signal: AbortSignal;
  readonly path: string;
  readonly value: string;
}

/** Resolves once the znode is there with the value, however often the connection is lost meanwhile. */
async function persist({ client, signal, path, value }: Write): Promise<void> {
  const failure = await retrying(client, signal, (done) =>
    client.create(path, Buffer.from(value), done),
  );
  if (failure === null) return;
  if (failure.code !== nodeExists) throw failure;
  // An attempt whose connection was lost had succeeded.
  let found = '';
  const unread = await retrying(client, signal, (done) =>
    client.getData(path, (error, data) => {
      found = String(data);
      done(error);
    }),
  );
  if (unread !== null) throw unread;
  if (found !== value) throw new Error(`${path} holds "${found}", and nobody else writes there`);
}

/** How something ended, once it was not because of the connection. */
async function retrying(
  client: Client,
  signal: AbortSignal,
  begin: (done: (failure: Failure) => void) => void,
): Promise<Failure> {
  while (true) {
    const failure = await attempt(client, signal, begin);
    if (failure?.code !== connectionLoss) return failure;
    await pause(everyMs, undefined, { signal });
  }
}

/**
 * How one attempt ended. A server that has been silent for two thirds of the session's time is given up, as by ZooKeeper's
 * own clients: this one would wait for ever.
 */
async function attempt(
  client: Client,
  signal: AbortSignal,
  begin: (done: (failure: Failure) => void) => void,
): Promise<Failure> {
  const silentMs = (client.getSessionTimeout() * 2) / 3;
  const timer = setInterval(() => client.connectionManager.socket?.destroy(), silentMs);
  try {
    return await new Promise((done, fail) => {
      signal.addEventListener('abort', () => fail(signal.reason), { once: true });
      signal.throwIfAborted();
      begin(done);
    });
  } finally {
    clearInterval(timer);
  }
}
