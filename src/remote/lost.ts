import { ConnectionLost } from '../errors.ts';

/** The error for a connection that ended while `what`; `mayHaveRun` is false only when nothing can have run. */
export function lost(
  node: string,
  what: string,
  mayHaveRun: boolean,
  cause?: unknown,
): ConnectionLost {
  return new ConnectionLost(`${node}: the connection ended ${what}`, mayHaveRun, {
    hint: 'Run the same command again: it goes on from what the node has.',
    cause,
  });
}
