import type { Clock } from '../clock.ts';
import { DeployerError } from '../errors.ts';
import type { Bastion } from './bastion.ts';
import { Connection } from './connection.ts';
import { reach } from './first-contact.ts';
import type { VerifyHostKey } from './host-key.ts';
import { credentialsOf, type Identity } from './identity.ts';
import { createLimit } from './limit.ts';

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
   * to by the first node that needs it.
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

/** No connection yet; each bastion's is opened when it is first needed, and again after it was lost. */
export function openBastions(deps: BastionDeps): Bastions {
  const known = new Map<string, { readonly bastion: Bastion; readonly connection: Connection }>();
  const through = (hops: readonly Hop[]): Bastion | undefined => {
    const hop = hops.at(-1);
    if (hop === undefined) return undefined;
    const key = hops.map(({ address, port, username }) => `${username}@${address} ${port}`).join();
    const found = known.get(key);
    if (found !== undefined) return found.bastion;
    const connection = connectionTo(hop, through(hops.slice(0, -1)), deps);
    const bastion: Bastion = {
      name: hop.address,
      handshakes: createLimit(mostHandshakes),
      openTo: (host, port) => connection.openTcp(port, host),
    };
    known.set(key, { bastion, connection });
    return bastion;
  };
  return {
    through,
    close: async () => {
      const inward = [...known.values()].toReversed();
      for (const { connection } of inward) await connection.close();
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
