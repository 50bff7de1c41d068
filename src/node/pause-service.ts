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
  const { active, said } = await stateAfter(node, words, options);
  if (active === 'inactive' || active === 'failed') return;
  const message = `${node.node}: ${service} was not stopped (${active})`;
  throw new DeployerError('not-stopped', withReason(message, said));
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
  const words = ['resume_service', unitFileName(service)];
  const { active, said } = await stateAfter(node, words, options);
  if (active === 'active' || active === 'activating') return;
  const message = `${node.node}: ${service} was not started (${active})`;
  throw new DeployerError('not-started', withReason(message, said), {
    hint: 'The `logs` operation shows what it said; `create` starts it again.',
  });
}

/** The message with the first line of what systemd said. */
function withReason(message: string, said: string): string {
  const [reason = ''] = said.split('\n');
  return reason === '' ? message : `${message}: ${reason}`;
}

/** What the service is after that, and what systemd said of it. */
async function stateAfter(
  node: NodeConnection,
  words: readonly string[],
  options: AskOptions,
): Promise<{ readonly active: string; readonly said: string }> {
  const frames = await ask(node, questionScript(words), options);
  return {
    active: frames.find((frame) => frame.type === 'service')?.active ?? 'unknown',
    said: frames.find((frame) => frame.type === 'text')?.text ?? '',
  };
}
