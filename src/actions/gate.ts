import { formatDuration } from '../duration.ts';
import { DeployerError, NodesFailed } from '../errors.ts';
import { journalTail } from '../node/journal-tail.ts';
import { serviceStates } from '../node/service-states.ts';
import type { Gate } from '../recipe/resolve.ts';
import { type AskedNode, askUntil, untilOk, type Verdict, type Waiting } from './ask-nodes.ts';

const pollMs = 75;
const lookMs = 1_000;
const shownLines = 30;

/** What a gate is for, and how its nodes are asked about it. */
export interface GateSite extends Waiting {
  /** The service that must come up; null when the gate is about none. */
  readonly service: string | null;
  /** Hears about once a second what the nodes answer that are still waited for. */
  onWait?(wrong: Verdict['wrong']): void;
}

/**
 * Waits until a gate holds and says in a few words what the nodes answered. The waiting ends early when systemd has
 * given up starting the service.
 * @throws {NodesFailed} with the last answer of each node that did not answer as wished, where every node must
 * @throws {DeployerError} `gate-closed` with the last answers, where the nodes answer together
 */
export async function awaitGate(
  gate: Gate,
  nodes: readonly AskedNode[],
  site: GateSite,
): Promise<string> {
  const startedMs = site.clock.monotonicMs();
  const { verdict, gone } = await untilPassedOrGone(gate, nodes, site);
  if (verdict.ok) return verdict.detail;
  const seconds = Math.round((site.clock.monotonicMs() - startedMs) / 1_000);
  const what = gone
    ? `systemd gave ${site.service} up after ${seconds}s`
    : `not ready within ${formatDuration(gate.withinMs)}`;
  const closed = (detail: string, excerpt = '') =>
    new DeployerError('gate-closed', `${what}: ${detail}`, {
      ...(excerpt === '' ? {} : { excerpt }),
      hint: 'Correct the reason and run the command again: it goes on with this node. What --set has set stays set until another --set.',
    });
  if (gate.on !== 'every') throw closed(verdict.detail);
  // Each node stands for itself, so those that answered as wished are through.
  const failures = verdict.wrong.map(async ({ node, detail }) => {
    const asked = nodes.find(({ scope }) => scope.name === node);
    return { node, error: closed(detail, await lastWords(asked, site)) };
  });
  throw new NodesFailed(closed(verdict.detail).message, await Promise.all(failures));
}

async function untilPassedOrGone(
  gate: Gate,
  nodes: readonly AskedNode[],
  site: GateSite,
): Promise<{ readonly verdict: Verdict; readonly gone: boolean }> {
  const deadline = site.clock.monotonicMs() + gate.withinMs;
  return untilOk(gate.withinMs, pollMs, site, async () => {
    const withinMs = Math.min(lookMs, deadline - site.clock.monotonicMs());
    const verdict = await askUntil({ ...gate, withinMs }, nodes, site);
    if (!verdict.ok) site.onWait?.(verdict.wrong);
    const gone = !verdict.ok && (await isGone(verdict, nodes, site));
    return { ok: verdict.ok || gone, verdict, gone };
  });
}

/** Whether systemd will start the service on none of the nodes that are still waited for. */
async function isGone(
  { wrong }: Verdict,
  nodes: readonly AskedNode[],
  site: GateSite,
): Promise<boolean> {
  const { service } = site;
  if (service === null || wrong.length === 0) return false;
  const awaited = nodes.filter(({ scope }) => wrong.some(({ node }) => node === scope.name));
  const gone = await Promise.all(
    awaited.map(async ({ remote }) => {
      if (remote === null) return true;
      const [state] = await serviceStates(remote, [service], site).catch(() => []);
      return state?.active === 'failed';
    }),
  );
  return gone.every((each) => each);
}

/** What the service on a node logged last; empty where the node does not say. */
async function lastWords(node: AskedNode | undefined, site: GateSite): Promise<string> {
  const remote = node?.remote ?? null;
  if (remote === null || site.service === null) return '';
  return journalTail(remote, site.service, shownLines, site).catch(() => '');
}
