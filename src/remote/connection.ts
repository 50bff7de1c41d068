import type { Duplex } from 'node:stream';
import type { Clock } from '../clock.ts';
import { ConnectionLost, DeployerError } from '../errors.ts';
import { orAbort } from './deadline.ts';
import { execOnChannel, SessionRefused, sessionsRefused } from './exec-channel.ts';
import type { Contacted } from './first-contact.ts';
import { createLimit, type Limit } from './limit.ts';
import { lost } from './lost.ts';
import type { ExecOptions, ExecResult, Remote } from './remote.ts';
import { openTcpChannel } from './tcp-channel.ts';

/** Sessions of one connection in use at once; sshd allows ten (MaxSessions), and a person may want one. */
const mostSessions = 8;

/** How often a session may be refused while no other one is open. */
const mostRefusals = 5;

const refusedPauseMs = 50;

/** How long a node may take to say goodbye. */
const farewellMs = 200;

/** A connection that is up, and the places for commands on it. */
interface Session extends Contacted {
  readonly places: Limit;
  /** Gives the connection up, with all that still runs on it; the next call connects anew. */
  readonly drop: () => void;
}

/** A node's connection: one session at a time, opened anew by the first call after it was lost. */
export class Connection implements Remote {
  readonly node: string;
  readonly needsSudo: boolean;
  readonly #reach: (signal: AbortSignal) => Promise<Contacted>;
  readonly #clock: Clock;
  readonly #closing = new AbortController();
  #session: Promise<Session> | undefined;
  #closed: Promise<void> | undefined;

  /** `reach` gives a new authenticated connection, within its own time limit. */
  constructor(
    node: string,
    reach: (signal: AbortSignal) => Promise<Contacted>,
    clock: Clock,
    needsSudo = false,
  ) {
    this.node = node;
    this.needsSudo = needsSudo;
    this.#reach = reach;
    this.#clock = clock;
  }

  /** Reaches the node now, so that a first failure shows before the first command. */
  async open(): Promise<void> {
    await this.#ready(undefined);
  }

  async exec(command: string, options: ExecOptions = {}): Promise<ExecResult> {
    const session = await this.#ready(options.signal);
    for (let refusals = 1; ; refusals += 1) {
      const release = await session.places.acquire(options.signal);
      try {
        const deps = { node: this.node, onClosed: release };
        return await execOnChannel(session.client, command, options, deps);
      } catch (error) {
        if (error instanceof ConnectionLost) session.drop();
        if (!(error instanceof SessionRefused)) throw error;
        // The first refusal may be a race: sshd counts an ended session until its next turn.
        const fewer = refusals > 1 && session.places.lower();
        release();
        if (!fewer && refusals > mostRefusals) throw sessionsRefused(this.node, error);
        await this.#clock.sleep(refusedPauseMs, options.signal);
      }
    }
  }

  async openTcp(port: number, host = '127.0.0.1'): Promise<Duplex> {
    const session = await this.#ready(undefined);
    try {
      return await openTcpChannel(session.client, { node: this.node, host, port });
    } catch (error) {
      if (error instanceof ConnectionLost) session.drop();
      throw error;
    }
  }

  async untilLost(signal: AbortSignal): Promise<never> {
    const { socket } = await this.#ready(signal);
    const ended = new Promise<never>((_, reject) => {
      const fail = () => reject(lost(this.node, 'while nothing was asked', false));
      if (socket.destroyed) fail();
      socket.once('close', fail);
    });
    return orAbort(ended, signal);
  }

  close(): Promise<void> {
    this.#closed ??= this.#end();
    return this.#closed;
  }

  async #end(): Promise<void> {
    this.#closing.abort(new DeployerError('connection-closed', `${this.node}: connection closed`));
    const session = await this.#session?.catch(() => undefined);
    if (session === undefined || session.socket.destroyed) return;
    const { client, socket } = session;
    const gone = new AbortController();
    socket.once('close', () => gone.abort());
    client.end();
    await this.#clock.sleep(farewellMs, gone.signal).catch(() => {});
    socket.destroy();
  }

  #ready(signal: AbortSignal | undefined): Promise<Session> {
    this.#closing.signal.throwIfAborted();
    this.#session ??= this.#connect();
    return orAbort(this.#session, signal);
  }

  #connect(): Promise<Session> {
    const session = this.#reach(this.#closing.signal).then((contacted) => {
      contacted.client.once('close', forget);
      const drop = () => {
        forget();
        contacted.socket.destroy();
      };
      return { ...contacted, places: createLimit(mostSessions), drop };
    });
    const forget = () => {
      if (this.#session === session) this.#session = undefined;
    };
    session.catch(forget);
    return session;
  }
}
