import type { Clock } from '../clock.ts';
import { ConnectionLost, DeployerError } from '../errors.ts';
import { createFrameReader, type Hello } from './answer-stream.ts';
import { bundle } from './bundle.ts';
import type { NodeConnection } from './connection.ts';
import { contact } from './contact.ts';
import { withDeadline } from './deadline.ts';
import type { NodeIdentity } from './identity.ts';
import { createPatience } from './patience.ts';
import {
  type ApplyResult,
  createRunRecord,
  type RunListener,
  type RunRecord,
} from './run-record.ts';
import { applyScript } from './script.ts';
import type { Wish } from './wish.ts';

const defaultTimeoutMs = 60 * 60_000;

/** What one node is to do. */
export interface ApplyRequest {
  /**
   * Names this exchange for ever: letters, digits, dots, dashes and underscores. Sending the same run again, from this
   * process or a later one, does nothing twice: it follows the run that is there, and gives its answers.
   */
  readonly run: string;
  /** Once all wishes of a phase are fulfilled, the node keeps them: see {@link appliedWishes}. */
  readonly wishes: readonly Wish[];
  /**
   * All phases that the recipe has for this node today, in order: what the node keeps of others is forgotten. When left
   * out, nothing is.
   */
  readonly phases?: readonly string[] | undefined;
  /** The observation's: the node refuses the bundle when others were applied since. */
  readonly generation: number;
  /** Written to the node before its steps. */
  readonly identity: NodeIdentity;
}

/** How an apply is watched and bounded. */
export interface ApplyOptions extends RunListener {
  readonly clock: Clock;
  /** Ends the waiting, not the work on the node. */
  readonly signal?: AbortSignal | undefined;
  /** How long the whole exchange may take; an hour unless said otherwise. */
  readonly timeoutMs?: number;
}

/**
 * What the node's steps came to. The work is detached from the connection: when that is lost, a new one follows on, and
 * each step runs once. A failed step ends the node's work and is in the answers; it is not thrown.
 * @throws {DeployerError} `stale-plan`, `node-busy`, `node-unwritable`, `bundle-refused` (nothing was done);
 * `not-recorded` (a phase was done, and the node could not keep its wishes; later phases were not begun); `runner-gone` (reboot or kill; done in part); `node-timeout` and {@link ConnectionLost} (it may still be at
 * work: send the same run again to follow it).
 */
export async function apply(
  node: NodeConnection,
  request: ApplyRequest,
  options: ApplyOptions,
): Promise<ApplyResult> {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/.test(request.run)) {
    throw new RangeError(`"${request.run}" cannot be the name of a run`);
  }
  const archive = bundle(applyScript(request));
  const record = createRunRecord({ node: node.node, ...request }, options);
  const { clock, signal, timeoutMs = defaultTimeoutMs } = options;
  const overdue = () => runOverdue(node.node, request.run, timeoutMs);
  await withDeadline({ clock, signal, timeoutMs, overdue }, (bounded) =>
    follow(node, { run: request.run, archive, record }, { ...options, signal: bounded }),
  );
  return record.result();
}

/** Sends the bundle and follows the run's spool until it says done, over as many connections as it takes. */
async function follow(
  node: NodeConnection,
  { run, archive, record }: { run: string; archive: Buffer; record: RunRecord },
  { clock, signal }: ApplyOptions,
): Promise<void> {
  const reader = createFrameReader((frame) => record.take(frame));
  const patience = createPatience(clock, signal);
  let send = true;
  while (!record.done) {
    const offset = reader.offset;
    const outcome: Hello | { readonly error: unknown } = await contact(node, {
      entrance: 'enter',
      words: [run, String(offset), send ? '1' : '0'],
      stdin: send ? archive : undefined,
      signal,
      onBody: (chunk) => reader.push(chunk),
    }).catch((error: unknown) => ({ error }));
    if (record.done) return;
    // Whether a bundle arrived before the connection was lost is not known: ask before sending it again.
    send = 'word' in outcome && outcome.word === 'absent';
    if (send) continue;
    if ('word' in outcome) throwIfOver(node.node, outcome, record);
    if (reader.offset > offset) patience.renew();
    await patience.pause('error' in outcome ? outcome.error : cutShort(node.node));
  }
}

/** @throws {DeployerError} when the run did not begin, or its runner is gone: no other connection will hear more. */
function throwIfOver(node: string, hello: Hello, record: RunRecord): void {
  if (hello.word === 'refused') throw bundleRefused(node, hello.rest);
  if (hello.word === 'unclaimed') throw notStarted(node);
  if (hello.rest === 'dead') throw record.interrupted();
}

function cutShort(node: string): ConnectionLost {
  return new ConnectionLost(`${node}: the answer ended in the middle`, true);
}

function notStarted(node: string): DeployerError {
  return new DeployerError('bundle-refused', `${node}: the runner did not start`, {
    hint: 'Run the command again. If it stays so: is /var/lib/deployer writable, and is setsid there?',
  });
}

function bundleRefused(node: string, reason: string): DeployerError {
  const excerpt = Buffer.from(reason, 'base64').toString().trim();
  return new DeployerError('bundle-refused', `${node}: the bundle could not be unpacked`, {
    excerpt,
    hint: "Nothing was done there. Is its disk full or read-only, are tar and gzip there, does ~/.bashrc read the command's input?",
  });
}

function runOverdue(node: string, run: string, timeoutMs: number): DeployerError {
  const minutes = Math.round(timeoutMs / 60_000);
  return new DeployerError('node-timeout', `${node}: run ${run} is not done after ${minutes} min`, {
    hint: 'It may still be at work there. Run the command again to wait for it and go on.',
  });
}
