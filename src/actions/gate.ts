import { formatDuration } from '../duration.ts';
import { DeployerError, NodesFailed } from '../errors.ts';
import type { Gate } from '../recipe/resolve.ts';
import { type AskedNode, askUntil, type Waiting } from './ask-nodes.ts';

/**
 * Waits until a gate holds and says in a few words what the nodes answered.
 * @throws {NodesFailed} with the last answer of each node that did not answer as wished, where every node must
 * @throws {DeployerError} `gate-closed` with the last answers, where the nodes answer together
 */
export async function awaitGate(
  gate: Gate,
  nodes: readonly AskedNode[],
  waiting: Waiting,
): Promise<string> {
  const verdict = await askUntil(gate, nodes, waiting);
  if (verdict.ok) return verdict.detail;
  const within = formatDuration(gate.withinMs);
  const closed = (detail: string) =>
    new DeployerError('gate-closed', `not ready within ${within}: ${detail}`, {
      hint: "Look at the service's own log with the logs operation, correct the reason and run the same command again.",
    });
  if (gate.on !== 'every') throw closed(verdict.detail);
  // Each node stands for itself, so those that answered as wished are through.
  const failures = verdict.wrong.map(({ node, detail }) => ({ node, error: closed(detail) }));
  throw new NodesFailed(closed(verdict.detail).message, failures);
}
