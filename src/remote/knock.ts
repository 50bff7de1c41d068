import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { ConnectionLost, DeployerError } from '../errors.ts';
import type { Bastion } from './bastion.ts';

/** What becomes of one attempt to open a connection; exactly one of these is called, unless it was given up. */
export interface Heard {
  opened(stream: Duplex): void;
  /** Another attempt may succeed. */
  failed(failure: string): void;
  /** No other attempt will. */
  broken(error: unknown): void;
}

/** Begins one attempt, whose outcome comes later, and gives what gives it up: nothing of it is left then. */
export type Knock = (heard: Heard) => () => void;

/** Attempts at a TCP port, at all addresses of a name in turn (RFC 8305). */
export function knockAt(host: string, port: number): Knock {
  return ({ opened, failed }) => {
    const socket = connect({ host, port, noDelay: true });
    socket.on('error', (error: NodeJS.ErrnoException) => failed(error.code ?? error.message));
    socket.once('connect', () => opened(socket));
    return () => socket.destroy();
  };
}

/** Attempts at a TCP port as a bastion sees it. */
export function knockThrough(bastion: Bastion, host: string, port: number): Knock {
  return ({ opened, failed, broken }) => {
    let isWanted = true;
    const settle = async () => {
      try {
        const stream = await bastion.openTo(host, port);
        if (isWanted) opened(stream);
        else stream.destroy();
      } catch (error) {
        if (!isWanted) return;
        if (isPassing(error)) failed(error.message);
        else broken(error);
      }
    };
    void settle();
    return () => {
      isWanted = false;
    };
  };
}

function isPassing(error: unknown): error is DeployerError {
  if (!(error instanceof DeployerError)) return false;
  return error instanceof ConnectionLost || error.code === 'connection-refused';
}
