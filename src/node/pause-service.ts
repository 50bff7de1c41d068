import { DeployerError } from '../errors.ts';
import { type AskOptions, ask } from './ask.ts';
import type { NodeConnection } from './connection.ts';
import { questionScript } from './script.ts';
import { unitFileName } from './values.ts';

/**
 * Stops a service. Its node starts it again by itself after so many seconds, should nobody be left to resume it.
 * @throws {DeployerError} `not-stopped` when it still runs; as {@link ask}
 */
export async function pauseService(
  node: NodeConnection,
  service: string,
  seconds: number,
  options: AskOptions,
): Promise<void> {
  const words = ['pause_service', unitFileName(service), String(seconds)];
  const active = await activeAfter(node, words, options);
  if (active === 'inactive' || active === 'failed') return;
  throw new DeployerError('not-stopped', `${node.node}: ${service} was not stopped (${active})`);
}

/**
 * Starts a service that was paused; it may take its time to serve after that.
 * @throws {DeployerError} `not-started` when systemd did not start it; as {@link ask}
 */
export async function resumeService(
  node: NodeConnection,
  service: string,
  options: AskOptions,
): Promise<void> {
  const active = await activeAfter(node, ['resume_service', unitFileName(service)], options);
  if (active === 'active' || active === 'activating') return;
  throw new DeployerError('not-started', `${node.node}: ${service} was not started (${active})`, {
    hint: 'The `logs` operation shows what it said; `create` starts it again.',
  });
}

async function activeAfter(
  node: NodeConnection,
  words: readonly string[],
  options: AskOptions,
): Promise<string> {
  const frames = await ask(node, questionScript(words), options);
  return frames.find((frame) => frame.type === 'service')?.active ?? 'unknown';
}
