import type { Clock } from '../clock.ts';
import type { Bastion } from './bastion.ts';
import { Connection } from './connection.ts';
import type { Dialing } from './dial.ts';
import { reach } from './first-contact.ts';
import type { VerifyHostKey } from './host-key.ts';
import { credentialsOf, type Identity } from './identity.ts';
import type { Remote } from './remote.ts';

/** Which node to reach, as whom, and how. */
export interface ConnectTarget {
  /** The node's name, for messages. */
  readonly node: string;
  readonly address: string;
  readonly port: number;
  readonly username: string;
  /** Who logs in: agents are tried before keys, each in this order. */
  readonly identities: readonly Identity[];
  /** The host that the connection goes through; it is the one that `address` is an address for. */
  readonly via?: Bastion | undefined;
  readonly verifyHostKey: VerifyHostKey;
  /** How long to try: tcp, ssh banner, key exchange and authentication together. The same again after a loss. */
  readonly timeoutMs: number;
  readonly dialing: Dialing;
  /** Silence after which a keepalive is sent; after two unanswered ones the connection is lost. 5 s by default. */
  readonly keepaliveMs?: number;
}

/** What connecting needs. */
export interface ConnectDeps {
  readonly clock: Clock;
  /** Ends attempts to connect, at first and after a loss; a connection that is up stays up until it is closed. */
  readonly signal: AbortSignal;
  /** Hears in a few words what stands in the way, whenever that changes. */
  readonly onProgress?: (text: string) => void;
}

/**
 * A verified, authenticated connection to the node, up when this returns.
 *
 * @throws {DeployerError} code `ssh-unreachable`, `no-ssh-banner`, `ssh-handshake-failed`, `host-key-unverified`
 * or `authentication-refused` when `timeoutMs` have passed: the stage of first contact that was not got past.
 * @throws {UsageError} code `bad-private-key`.
 * @throws What `verifyHostKey` threw, at once; the signal's reason when it aborts. No connection is left then.
 */
export async function connect(target: ConnectTarget, deps: ConnectDeps): Promise<Remote> {
  const credentials = await credentialsOf(target.identities, target);
  const contact = { keepaliveMs: 5_000, ...target, ...credentials };
  const connection = new Connection(
    target.node,
    (closing) => reach(contact, { ...deps, signal: AbortSignal.any([deps.signal, closing]) }),
    deps.clock,
    target.username !== 'root',
  );
  await connection.open();
  return connection;
}
