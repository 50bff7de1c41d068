import type { Duplex } from 'node:stream';
import type { Client } from 'ssh2';
import ssh2 from 'ssh2';
import type { Clock } from '../clock.ts';
import { type Peer, readHostKey, type VerifyHostKey } from './host-key.ts';
import type { AuthMethod } from './identity.ts';

/** How far a first contact over an open TCP connection has come. */
export type HandshakeStage = 'banner' | 'kex' | 'host-key' | 'auth';

/** How long a node may take for each stage; checking a host key may wait for the cloud, so it has no limit here. */
const stageTimeoutsMs: Readonly<Record<HandshakeStage, number>> = {
  banner: 10_000,
  kex: 10_000,
  'host-key': Number.POSITIVE_INFINITY,
  auth: 20_000,
};

/** The node did not complete the handshake; another try may succeed. Never leaves this room. */
export class HandshakeFailed extends Error {
  readonly stage: HandshakeStage;
  /** What the node said in plain text before it refused: `Exceeded MaxStartups`, `System is booting up …`. */
  readonly said: string;
  /** True when the node said no to the user and key. */
  readonly refused: boolean;

  constructor(stage: HandshakeStage, message: string, said: string, refused: boolean) {
    super(message);
    this.name = 'HandshakeFailed';
    this.stage = stage;
    this.said = said;
    this.refused = refused;
  }
}

/** Who logs in, and who must answer. */
export interface Login {
  readonly username: string;
  /** Tried in this order. */
  readonly methods: readonly AuthMethod[];
  /** That very error which it throws ends the handshake. */
  readonly verifyHostKey: VerifyHostKey;
  readonly keepaliveMs: number;
}

/** What a handshake needs besides. */
export interface HandshakeDeps {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly peer: Peer;
}

/** Unanswered keepalives after which a connection counts as dead. */
const keepaliveCountMax = 2;

/**
 * An authenticated SSH client over the socket, its host key accepted by `verifyHostKey`. After a failure the socket
 * is destroyed.
 *
 * @throws {HandshakeFailed} when the node did not go along, or not before the signal aborted.
 * @throws What `verifyHostKey` threw.
 */
export async function handshake(
  socket: Duplex,
  login: Login,
  deps: HandshakeDeps,
): Promise<Client> {
  const client = new ssh2.Client();
  const settled = new AbortController();
  try {
    return await new Promise<Client>((resolve, reject) => {
      const stages = watchStages(deps.clock, settled.signal, reject);
      const onAbort = () => stages.fail('no answer in time');
      deps.signal.addEventListener('abort', onAbort, { once: true, signal: settled.signal });
      client.on('error', (error) => {
        // An agent that does not sign leaves the next key to try; ssh2 goes on to it by itself.
        if (error.level === 'agent') return;
        stages.fail(error.message, error.level === 'client-authentication');
      });
      client.on('close', () => stages.fail('the node closed the connection'));
      client.on('banner', stages.hear);
      client.on('handshake', () => stages.enter('auth'));
      client.on('ready', () => resolve(client));
      const verify = async (blob: Buffer) => login.verifyHostKey(readHostKey(blob), deps.peer);
      client.connect(clientConfig(socket, login, hostVerifier(socket, verify, stages, reject)));
      socket.once('data', (chunk: Buffer) => stages.readBanner(chunk));
      if (deps.signal.aborted) onAbort();
      else if (socket.destroyed) stages.fail('the node closed the connection');
    });
  } catch (error) {
    socket.destroy();
    throw error;
  } finally {
    settled.abort();
  }
}

type ClientConfig = Parameters<Client['connect']>[0];
type HostVerifier = (blob: Buffer, verify: (accept: boolean) => void) => void;

function clientConfig(socket: Duplex, login: Login, verifier: HostVerifier): ClientConfig {
  const { username, methods, keepaliveMs } = login;
  return {
    sock: socket,
    username,
    authHandler: [...methods],
    algorithms: { serverHostKey: ['ssh-ed25519'] },
    hostVerifier: verifier,
    keepaliveInterval: keepaliveMs,
    keepaliveCountMax,
    readyTimeout: 0,
  };
}

/** Asks about a key once; when keys are exchanged again later it must still be the same one. */
function hostVerifier(
  socket: Duplex,
  check: (blob: Buffer) => Promise<void>,
  stages: Stages,
  reject: (reason: unknown) => void,
): HostVerifier {
  let accepted: Buffer | undefined;
  return (blob, verify) => {
    if (accepted !== undefined) return verify(accepted.equals(blob));
    stages.enter('host-key');
    check(blob).then(() => {
      accepted = blob;
      stages.enter('kex');
      if (!socket.destroyed) verify(true);
    }, reject);
  };
}

interface Stages {
  enter(stage: HandshakeStage): void;
  readBanner(chunk: Buffer): void;
  hear(text: string): void;
  fail(message: string, refused?: boolean): void;
}

function watchStages(
  clock: Clock,
  settled: AbortSignal,
  reject: (reason: unknown) => void,
): Stages {
  let stage: HandshakeStage = 'banner';
  let said = '';
  let timer = new AbortController();
  const fail = (message: string, refused = false) =>
    reject(new HandshakeFailed(stage, message, said.trim(), refused));
  const enter = (next: HandshakeStage) => {
    stage = next;
    timer.abort();
    timer = new AbortController();
    const limitMs = stageTimeoutsMs[next];
    if (settled.aborted || limitMs === Number.POSITIVE_INFINITY) return;
    clock.sleep(limitMs, timer.signal).then(
      () => fail(`no answer for ${limitMs / 1000} s`),
      () => {},
    );
  };
  settled.addEventListener('abort', () => timer.abort(), { once: true });
  enter('banner');
  return {
    enter,
    fail,
    hear: (text) => {
      said += text;
    },
    readBanner: (chunk) => {
      const text = chunk.toString('latin1');
      if (text.startsWith('SSH-')) return enter('kex');
      said += text.slice(0, 200).replace(/[^\x20-\x7e\n]/g, '');
    },
  };
}
