import { randomBytes } from 'node:crypto';
import { DeployerError } from '../errors.ts';
import { createHelloReader, type Hello } from './answer-stream.ts';
import type { NodeConnection, NodeExecResult, NodeInput } from './connection.ts';
import { execLine } from './exec-line.ts';

const noiseBytes = 4096;

/** What one exec of the runtime is given. */
export interface ContactRequest {
  readonly entrance: 'enter' | 'ask' | 'put';
  readonly words: readonly string[];
  readonly stdin?: NodeInput | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Gets what the node says after its hello. */
  onBody(chunk: Buffer): void;
}

/**
 * The hello of the runtime on the node, once the command has ended.
 * @throws {ConnectionLost} when the connection ended first.
 * @throws {DeployerError} `no-shell` or `sudo-refused` when the command ended without a hello.
 */
export async function contact(node: NodeConnection, request: ContactRequest): Promise<Hello> {
  const { entrance, words, stdin, signal } = request;
  const refused = new AbortController();
  const token = randomBytes(8).toString('hex');
  const reader = createHelloReader(token, request.onBody);
  let noise = Buffer.alloc(0);
  const hear = (chunk: Buffer) => {
    if (reader.hello !== undefined) return;
    noise = Buffer.concat([noise, chunk]).subarray(-noiseBytes);
    const other = otherUserIn(noise);
    // The command that says so sleeps on for ten seconds.
    if (other !== undefined) refused.abort(wrongUser(node.node, other, noise.toString().trim()));
  };
  // The token goes in two halves, so that a command line that is echoed back cannot be taken for the hello.
  const line = execLine(entrance, [...words, token.slice(0, 8), token.slice(8)], {
    sudo: node.needsSudo,
  });
  const result = await node.exec(line, {
    collect: false,
    onStdout: (chunk) => {
      reader.push(chunk);
      hear(chunk);
    },
    onStderr: hear,
    ...(stdin === undefined ? {} : { stdin }),
    signal: AbortSignal.any([refused.signal, ...(signal === undefined ? [] : [signal])]),
  });
  if (reader.hello !== undefined) return reader.hello;
  throw noHello(node, result, noise.toString().trim());
}

/**
 * The user whom an image names that lets nobody in as root: cloud-init puts this command before root's keys.
 * @see https://cloudinit.readthedocs.io/en/latest/reference/modules.html#ssh (disable_root)
 */
function otherUserIn(noise: Buffer): string | undefined {
  return /Please login as the user "?([a-z_][a-z0-9_-]*)"?/.exec(noise.toString('latin1'))?.[1];
}

function wrongUser(node: string, other: string, excerpt: string): DeployerError {
  return new DeployerError('wrong-username', `${node}: its image wants another login user`, {
    excerpt,
    hint: `Set this in the profile: username: ${other}`,
  });
}

function noHello(
  { node, needsSudo }: NodeConnection,
  { code, signal }: NodeExecResult,
  excerpt: string,
): DeployerError {
  const ending = code === null ? `signal ${signal ?? 'unknown'}` : `exit code ${code}`;
  const details = { excerpt, retryable: code === null };
  if (needsSudo && code !== null) {
    return new DeployerError('sudo-refused', `${node}: sudo did not run as root (${ending})`, {
      ...details,
      hint: sudoHint(code, excerpt),
    });
  }
  return new DeployerError('no-shell', `${node}: the login shell ran no command (${ending})`, {
    ...details,
    hint: 'Look at what the node said: the login user may be the wrong one for its image, or its shell or ~/.bashrc may end every command.',
  });
}

function sudoHint(code: number, said: string): string {
  if (code === 127) return 'sudo is not installed there: install it, or log in as root.';
  if (/must have a tty/.test(said)) {
    return 'sudo wants a terminal there, which nothing that is automatic has: remove requiretty from /etc/sudoers, or add a line `Defaults:USER !requiretty` in /etc/sudoers.d.';
  }
  return 'Give the login user sudo without a password (NOPASSWD: ALL in /etc/sudoers.d), or log in as root.';
}
