import type { Client, ClientChannel } from 'ssh2';
import { DeployerError } from '../errors.ts';
import { feed } from './feed.ts';
import { lost } from './lost.ts';
import type { ExecOptions, ExecResult } from './remote.ts';

/** The node opens no further session on this connection now. Never leaves this room. */
export class SessionRefused extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = 'SessionRefused';
  }
}

/**
 * Runs a command on a channel of its own. `onClosed` is called once, when the channel is gone: that can be later
 * than the answer, when the caller's signal aborts. With {@link SessionRefused} it is not called.
 *
 * @throws {ConnectionLost} when the connection ended before the command's exit was told.
 * @throws {SessionRefused} when the node opens no further session now; nothing has run.
 */
export function execOnChannel(
  client: Client,
  command: string,
  options: ExecOptions,
  { node, onClosed }: { readonly node: string; readonly onClosed: () => void },
): Promise<ExecResult> {
  return new Promise((resolve, reject) => {
    const { signal } = options;
    let channel: ClientChannel | undefined;
    const fail = (reason: unknown) => {
      channel?.close();
      reject(reason);
    };
    const onAbort = () => fail(signal?.reason);
    const closed = () => {
      signal?.removeEventListener('abort', onAbort);
      onClosed();
    };
    const opened = (error: Error | undefined, open: ClientChannel) => {
      if (error !== undefined) {
        const failure = openFailure(error, node);
        signal?.removeEventListener('abort', onAbort);
        if (!(failure instanceof SessionRefused) || signal?.aborted === true) onClosed();
        return reject(failure);
      }
      channel = open;
      follow(open, options, (result) => {
        closed();
        if (result !== undefined) resolve(result);
        else reject(lost(node, 'before the command did', true));
      });
      if (signal?.aborted === true) open.close();
      else feed(open, options.stdin ?? '').catch(fail);
    };
    signal?.addEventListener('abort', onAbort, { once: true });
    try {
      client.exec(command, opened);
    } catch (cause) {
      closed();
      reject(lost(node, 'before the command began', false, cause));
    }
  });
}

/** RFC 4254 section 5.1 gives every refused channel a reason; an error without one comes from a lost connection. */
function openFailure(error: Error & { reason?: unknown }, node: string): Error {
  if (typeof error.reason === 'number') return new SessionRefused(error.message);
  return lost(node, 'while a command was starting', true, error);
}

/** Reads both streams to their end; `done` gets the result, or undefined when the node told no exit. */
function follow(
  channel: ClientChannel,
  { collect = true, onStdout, onStderr }: ExecOptions,
  done: (result: ExecResult | undefined) => void,
): void {
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  let exit: Pick<ExecResult, 'code' | 'signal'> | undefined;
  let open = 2;
  const end = () => {
    open -= 1;
    if (open > 0) return;
    const output = { stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr) };
    done(exit === undefined ? undefined : { ...exit, ...output });
  };
  channel.on('data', (chunk: Buffer) => {
    if (collect) stdout.push(chunk);
    onStdout?.(chunk);
  });
  channel.stderr.on('data', (chunk: Buffer) => {
    if (collect) stderr.push(chunk);
    onStderr?.(chunk);
  });
  channel.on('exit', (code: number | null, signal?: string) => {
    if (typeof code === 'number') exit = { code, signal: null };
    else if (signal !== undefined) exit = { code: null, signal };
  });
  // A write may meet a channel that the node has closed already: the exit says all there is to say.
  channel.on('error', () => {});
  channel.once('close', end);
  channel.stderr.once('end', end);
}

/** What a command gets when the node refuses every session. */
export function sessionsRefused(node: string, cause: SessionRefused): DeployerError {
  return new DeployerError('session-refused', `${node}: sshd opens no session (${cause.message})`, {
    hint: 'Look at MaxSessions and ForceCommand in the sshd_config of the node.',
    cause,
  });
}
