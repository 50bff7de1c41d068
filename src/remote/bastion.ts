import type { Duplex } from 'node:stream';
import type { Limit } from './limit.ts';

/** A host that connections to nodes go through. */
export interface Bastion {
  /** Its address, for messages. */
  readonly name: string;
  /** Handshakes with nodes that are under way through it. */
  readonly handshakes: Limit;
  /**
   * An open TCP connection from it to there; the caller destroys it.
   *
   * @throws {DeployerError} `connection-refused` when it could not connect there, `forwarding-prohibited`,
   * `bastion-unreachable` when it is the bastion that cannot be logged into, and what its check of the host key threw.
   * @throws {ConnectionLost} when the connection to the bastion ended first; the next call connects anew.
   */
  openTo(host: string, port: number): Promise<Duplex>;
  /**
   * Has its key, and those of the hosts before it, checked as whoever goes through it here checks them; it is connected
   * to when it is not yet.
   *
   * @throws {DeployerError} `bastion-unreachable`, and what the check threw.
   */
  check(): Promise<void>;
}
