import { createHash } from 'node:crypto';

/** The public key by which a node proves who it is. */
export interface HostKey {
  readonly type: 'ssh-ed25519';
  /** The key as it stands in a known_hosts file. */
  readonly base64: string;
  /** As `ssh-keygen -l` prints it: `SHA256:` and the unpadded base64 of the hash. */
  readonly fingerprint: `SHA256:${string}`;
}

/** The node that has shown a host key, before anything secret is sent to it. */
export interface Peer {
  /**
   * The certificate of its host key, in ssh's wire form: read over a further connection, on which nothing is proven.
   *
   * @throws {DeployerError} `no-such-host-key` when it has none.
   */
  certificate(): Promise<Buffer>;
}

/** Throws to refuse the node; called for every connection, and what it throws is what the caller of `connect` gets. */
export type VerifyHostKey = (key: HostKey, peer: Peer) => Promise<void>;

/**
 * The host key that a node sent during the key exchange, in the form of RFC 8709. Only ssh-ed25519 is asked for,
 * so nothing else can arrive here.
 */
export function readHostKey(blob: Buffer): HostKey {
  const hash = createHash('sha256').update(blob).digest('base64').replace(/=+$/, '');
  return { type: 'ssh-ed25519', base64: blob.toString('base64'), fingerprint: `SHA256:${hash}` };
}
