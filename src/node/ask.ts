import { gzipSync } from 'node:zlib';
import type { Clock } from '../clock.ts';
import { ConnectionLost, DeployerError } from '../errors.ts';
import { createFrameReader } from './answer-stream.ts';
import type { NodeConnection } from './connection.ts';
import { contact } from './contact.ts';
import type { Frame } from './frames.ts';
import { createPatience } from './patience.ts';

/** What every question to a node may be given. */
export interface AskOptions {
  readonly clock: Clock;
  readonly signal?: AbortSignal | undefined;
  /** Told why nothing moves, such as waiting for a runner that another command started. */
  onProgress?(text: string): void;
  /** Hears each frame of the answer as it comes, also of an answer that is cut short. */
  onFrame?(frame: Frame): void;
}

/**
 * Every frame that a script without effects answers with, in order; it runs in the foreground and is simply run again
 * when the connection is cut.
 * @throws {DeployerError} when the node stays out of reach, gives no answer, or is busy for too long (`node-busy`).
 */
export async function ask(
  node: NodeConnection,
  script: string,
  options: AskOptions,
): Promise<readonly Frame[]> {
  const stdin = gzipSync(script);
  const patience = createPatience(options.clock, options.signal);
  for (;;) {
    try {
      return await askOnce(node, stdin, options);
    } catch (error) {
      await patience.pause(error);
    }
  }
}

async function askOnce(
  node: NodeConnection,
  stdin: Buffer,
  { signal, onProgress, onFrame }: AskOptions,
): Promise<readonly Frame[]> {
  const frames: Frame[] = [];
  const reader = createFrameReader((frame) => {
    frames.push(frame);
    onFrame?.(frame);
    if (frame.type === 'waiting') onProgress?.(waitingText(frame.text));
  });
  const hello = await contact(node, {
    entrance: 'ask',
    words: [],
    stdin,
    signal,
    onBody: (chunk) => reader.push(chunk),
  });
  if (hello.word !== 'ok') throw scriptLost(node.node);
  const stopped = frames.find((frame) => frame.type === 'stopped');
  if (stopped !== undefined) throw busy(node.node, stopped.text);
  if (frames.at(-1)?.type !== 'done') {
    throw new ConnectionLost(`${node.node}: the answer ended in the middle`, true);
  }
  return frames;
}

/** What to tell a user who waits for another run. */
export function waitingText(run: string): string {
  return `waiting for run ${run || 'of another command'}, which is working on this node`;
}

/** The error of a node that another runner did not let go of in time. */
export function busy(node: string, run: string): DeployerError {
  return new DeployerError('node-busy', `${node}: run ${run} is still working on this node`, {
    hint: 'Wait until the other command has ended, then run this one again.',
  });
}

/** The error of a node that did not get what was sent to it on stdin. */
function scriptLost(node: string): DeployerError {
  return new DeployerError('stdin-lost', `${node}: what was sent did not arrive whole`, {
    hint: "Something on the node reads the command's input first: look into ~/.bashrc and /etc/profile of the login user. gzip must be installed.",
  });
}
