import type { Clock } from '../clock.ts';
import { DeployerError } from '../errors.ts';
import type { Bastion } from './bastion.ts';
import { Connection } from './connection.ts';
import { reach } from './first-contact.ts';
import type { HostKey, Peer, VerifyHostKey } from './host-key.ts';
import { credentialsOf, type Identity } from './identity.ts';
import { createLimit, type Limit } from './limit.ts';

/** A host on the way to nodes. */
export interface Hop {
  readonly address: string;
  readonly port: number;
  readonly username: string;
  readonly identities: readonly Identity[];
  readonly verifyHostKey: VerifyHostKey;
}

/** The hosts that nodes are reached through, each with one connection that all nodes share. */
export interface Bastions {
  /**
   * The last of these hosts, which is reached through those before it; undefined when there are none. It is connected
   * to by the first node that needs it; whoever comes later has the keys checked, too, as he would check them himself.
   */
  through(hops: readonly Hop[]): Bastion | undefined;
  /** Ends the connections; to be called when those of the nodes have ended. */
  close(): Promise<void>;
}

/** What connections to bastions need. */
export interface BastionDeps {
  readonly clock: Clock;
  /** Ends attempts to connect. */
  readonly signal: AbortSignal;
}

/** A bastion is there already, and answers soon or not at all. */
const timeoutMs = 10_000;

const keepaliveMs = 5_000;

/** Handshakes under way through one bastion. */
const mostHandshakes = 8;

/** A bastion's connection, whoever goes through it. */
interface Shared {
  readonly connection: Connection;
  readonly handshakes: Limit;
  /** Has the key checked that the host shows on its connection, which is made when there is none. */
  check(verifyHostKey: VerifyHostKey): Promise<void>;
}

/** No connection yet; each bastion's is opened when it is first needed, and again after it was lost. */
export function openBastions(deps: BastionDeps): Bastions {
  const known = new Map<string, Shared>();
  const through = (hops: readonly Hop[]): Bastion | undefined => {
    const hop = hops.at(-1);
    if (hop === undefined) return undefined;
    const before = through(hops.slice(0, -1));
    const key = hops.map(({ address, port, username }) => `${username}@${address} ${port}`).join();
    const shared = known.get(key) ?? share(hop, before, deps);
    known.set(key, shared);
    const check = async () => {
      await before?.check();
      await shared.check(hop.verifyHostKey);
    };
    const openTo = async (host: string, port: number) => {
      await check();
      return shared.connection.openTcp(port, host);
    };
    return { name: hop.address, handshakes: shared.handshakes, openTo, check };
  };
  return {
    through,
    close: async () => {
      const inward = [...known.values()].toReversed();
      for (const { connection } of inward) await connection.close();
    },
  };
}

/** What a host has shown of itself on its connection, and whose checks have accepted it. */
interface Shown {
  readonly key: HostKey;
  readonly peer: Peer;
  readonly acceptedBy: WeakSet<VerifyHostKey>;
}

function share(hop: Hop, via: Bastion | undefined, deps: BastionDeps): Shared {
  let asking = hop.verifyHostKey;
  let shown: Shown | undefined;
  const verifyHostKey = async (key: HostKey, asShown: Peer) => {
    const asked = asking;
    const peer = askedOnce(asShown);
    await asked(key, peer);
    shown = { key, peer, acceptedBy: new WeakSet([asked]) };
  };
  const connection = connectionTo({ ...hop, verifyHostKey }, via, deps);
  // What one caller remembers the next one finds.
  const turns = createLimit(1);
  const check = async (verify: VerifyHostKey) => {
    asking = verify;
    await connection.open();
    if (shown?.acceptedBy.has(verify)) return;
    const release = await turns.acquire(deps.signal);
    try {
      if (shown === undefined) throw new TypeError('a connection without a host key');
      const { key, peer, acceptedBy } = shown;
      if (acceptedBy.has(verify)) return;
      await verify(key, peer);
      acceptedBy.add(verify);
    } finally {
      release();
    }
  };
  return { connection, handshakes: createLimit(mostHandshakes), check };
}

/** The host, which is asked for its certificate once, however many want it. */
function askedOnce(peer: Peer): Peer {
  let certificate: Promise<Buffer> | undefined;
  return {
    certificate: () => {
      certificate ??= peer.certificate().catch((error: unknown) => {
        certificate = undefined;
        throw error;
      });
      return certificate;
    },
  };
}

function connectionTo(hop: Hop, via: Bastion | undefined, { clock, signal }: BastionDeps) {
  const node = `bastion ${hop.address}`;
  return new Connection(
    node,
    async (closing) => {
      const credentials = await credentialsOf(hop.identities, { node, username: hop.username });
      const target = { ...hop, ...credentials, node, keepaliveMs, timeoutMs, isSetUp: true };
      const deps = { clock, signal: AbortSignal.any([signal, closing]) };
      try {
        return await reach({ ...target, dialing: 'gentle', via }, deps);
      } catch (error) {
        throw asBastion(error);
      }
    },
    clock,
  );
}

/** How far the contact came, for one error that is not about the node behind: that may well be there. */
const stageCodes: ReadonlySet<string> = new Set([
  ...['ssh-unreachable', 'no-ssh-banner', 'ssh-handshake-failed'],
  ...['host-key-unverified', 'authentication-refused'],
]);

function asBastion(error: unknown): unknown {
  if (!(error instanceof DeployerError) || !stageCodes.has(error.code)) return error;
  return new DeployerError('bastion-unreachable', error.message, {
    hint: 'Nodes are reached through it: see whether `ssh` there works by hand, with the same user and key.',
    ...(error.excerpt !== undefined && { excerpt: error.excerpt }),
    retryable: error.retryable,
    cause: error,
  });
}
