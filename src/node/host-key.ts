import { DeployerError } from '../errors.ts';
import { type AskOptions, ask } from './ask.ts';
import type { NodeConnection } from './connection.ts';
import { hostKeyScript } from './script.ts';

/** A public host key in the form of OpenSSH. */
export interface OwnHostKey {
  readonly type: 'ssh-ed25519';
  readonly base64: string;
}

/**
 * Has the node make a host key that nobody else has, and gives its public half; until it is used, asking again gives the
 * same one.
 * @throws {DeployerError} `no-host-key` when it could not; as {@link ask}
 */
export async function makeHostKey(node: NodeConnection, options: AskOptions): Promise<OwnHostKey> {
  const said = await sayOf(node, 'make_host_key', options);
  const base64 = /^ssh-ed25519 ([A-Za-z0-9+/]{68})( |$)/.exec(said)?.[1];
  if (base64 === undefined) throw noHostKey(node.node, said);
  return { type: 'ssh-ed25519', base64 };
}

/** Has the node's sshd show the key that was made, from the next connection on. @throws as {@link makeHostKey} */
export async function useHostKey(node: NodeConnection, options: AskOptions): Promise<void> {
  const said = await sayOf(node, 'use_host_key', options);
  if (said !== '') throw noHostKey(node.node, said);
}

async function sayOf(
  node: NodeConnection,
  word: Parameters<typeof hostKeyScript>[0],
  options: AskOptions,
): Promise<string> {
  const frames = await ask(node, hostKeyScript(word), options);
  return frames.find((frame) => frame.type === 'text')?.text ?? '';
}

function noHostKey(node: string, said: string): DeployerError {
  return new DeployerError('no-host-key', `${node}: the machine has no host key of its own`, {
    ...(said !== '' && { excerpt: said }),
    hint: 'ssh-keygen must be installed there, and /etc/ssh must be writable.',
  });
}
