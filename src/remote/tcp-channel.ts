import type { Duplex } from 'node:stream';
import type { Client } from 'ssh2';
import { DeployerError } from '../errors.ts';
import { lost } from './lost.ts';

/** Reasons for a refused channel, RFC 4254 section 5.1. */
const administrativelyProhibited = 1;

/**
 * A TCP connection from the node to `host:port` (a direct-tcpip channel).
 *
 * @throws {DeployerError} `connection-refused` when the node could not connect, `forwarding-prohibited` when its
 * sshd does not allow it.
 * @throws {ConnectionLost} when the connection to the node ended first.
 */
export function openTcpChannel(
  client: Client,
  { node, host, port }: { readonly node: string; readonly host: string; readonly port: number },
): Promise<Duplex> {
  const to = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  return new Promise((resolve, reject) => {
    const opened = (error: (Error & { reason?: unknown }) | undefined, channel: Duplex) => {
      if (error !== undefined) return reject(openFailure(error, node, to));
      // Whoever uses the channel learns of its end by `close`; an unheard error would end the process.
      channel.on('error', () => {});
      resolve(channel);
    };
    try {
      client.forwardOut('127.0.0.1', 0, host, port, opened);
    } catch (cause) {
      reject(lost(node, `before ${to} was dialled`, false, cause));
    }
  });
}

function openFailure(error: Error & { reason?: unknown }, node: string, to: string): DeployerError {
  if (error.reason === administrativelyProhibited) {
    return new DeployerError(
      'forwarding-prohibited',
      `${node}: sshd forbids a connection to ${to}`,
      {
        hint: 'Set AllowTcpForwarding yes in the sshd_config of the node.',
        cause: error,
      },
    );
  }
  if (typeof error.reason === 'number') {
    const message = `nothing accepts connections at ${to} of ${node}`;
    return new DeployerError('connection-refused', message, {
      hint: 'Look at what listens on the node with `ss -ltn`, and at the log of its service.',
      retryable: true,
      cause: error,
    });
  }
  return lost(node, `while ${to} was dialled`, false, error);
}
