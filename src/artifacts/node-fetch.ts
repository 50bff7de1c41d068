import { type AskOptions, ask } from '../node/ask.ts';
import type { NodeConnection } from '../node/connection.ts';
import { questionScript } from '../node/script.ts';
import { checksumMismatch } from './checksum.ts';
import { notFetched } from './delivery-errors.ts';

/** A file that a node gets by itself. */
export interface NodeFetch {
  /** The artifact's. */
  readonly id: string;
  readonly digest: string;
  /** For messages. */
  readonly name: string;
  /** Tried in this order until one has it. */
  readonly urls: readonly string[];
}

/** How a fetch is watched. */
export interface NodeFetchOptions extends AskOptions {
  /** Hears how many bytes the node has got. */
  onBytes(bytes: number): void;
}

/**
 * Lets the node fetch a file and verify it; when the connection is cut it goes on, and is followed by the next one.
 * @throws {DeployerError} `checksum-mismatch` when a place has something else, `not-fetched` when none can be had,
 * otherwise as {@link ask}
 */
export async function fetchOnNode(
  node: NodeConnection,
  { id, digest, name, urls }: NodeFetch,
  { onBytes, ...options }: NodeFetchOptions,
): Promise<void> {
  const script = questionScript(['fetch_delivery', id, digest, ...urls]);
  const frames = await ask(node, script, {
    ...options,
    onFrame: (frame) => {
      if (frame.type === 'progress') onBytes(frame.bytes);
    },
  });
  const text = frames.find((frame) => frame.type === 'text')?.text ?? '';
  if (text === '') return;
  const [, sum, url] = /^mismatch ([0-9a-f]+) (.*)$/.exec(text) ?? [];
  if (sum === undefined) throw notFetched(node.node, name, urls, text);
  throw checksumMismatch(`${node.node}: ${url}`, digest, sum);
}
