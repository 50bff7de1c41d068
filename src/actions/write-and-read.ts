import { runProbe } from '../probes/run-probe.ts';
import type { WriteReadProof } from '../recipe/resolve-proofs.ts';
import type { ActionContext } from './context.ts';
import { type AskedNode, notReached, type Verdict } from './gate.ts';

type Waiting = Pick<ActionContext, 'clock' | 'signal'>;

const pollMs = 100;

/** Writes through some nodes and reads through others until all read what they should, or until time is over. */
export async function writeAndRead(
  proof: WriteReadProof,
  nodes: readonly AskedNode[],
  waiting: Waiting,
): Promise<Verdict> {
  const { clock, signal } = waiting;
  const deadline = clock.monotonicMs() + proof.withinMs;
  const writers = nodesOn(proof.write.on, nodes);
  const readers = nodesOn(proof.read.on, nodes);
  const written = await Promise.all(
    writers.map((node) => command(proof.write.commandAt, node, deadline, waiting)),
  );
  const failed = written.find((answer) => !answer.ok);
  if (failed !== undefined) return { ok: false, detail: `the write failed: ${failed.detail}` };
  const { equals } = proof.read;
  const expected = equals.kind === 'text' ? equals.text : (written[0]?.text ?? '');
  while (true) {
    const answers = await Promise.all(
      readers.map((node) => command(proof.read.commandAt, node, deadline, waiting)),
    );
    signal.throwIfAborted();
    const wrong = answers.find(({ ok, text }) => !ok || text.trim() !== expected.trim());
    if (wrong === undefined) return { ok: true, detail: describe(writers, readers, nodes.length) };
    if (clock.monotonicMs() >= deadline) {
      const seen = wrong.ok
        ? `read "${wrong.text.trim()}" instead of "${expected.trim()}"`
        : wrong.detail;
      return { ok: false, detail: `${wrong.node}: ${seen}` };
    }
    await clock.sleep(pollMs, signal);
  }
}

async function command(
  commandAt: WriteReadProof['read']['commandAt'],
  { scope, remote }: AskedNode,
  deadline: number,
  { clock, signal }: Waiting,
) {
  const timeoutMs = Math.max(1_000, deadline - clock.monotonicMs());
  const probe = { command: commandAt(scope) };
  const deps = { timeoutMs, signal, clock };
  const answer = remote === null ? notReached : await runProbe(probe, remote, deps);
  return { node: `-${scope.ordinal}`, ...answer };
}

/**
 * The nodes that a proof's `on` speaks of. The first is the first that was reached; in a cluster of one it is also
 * the others.
 */
function nodesOn(
  on: WriteReadProof['read']['on'],
  nodes: readonly AskedNode[],
): readonly AskedNode[] {
  const first = nodes.find(({ remote }) => remote !== null) ?? nodes[0];
  if (on === 'first' || on === 'any') return first === undefined ? [] : [first];
  if (on === 'others') return nodes.length > 1 ? nodes.filter((node) => node !== first) : nodes;
  if (on === 'every') return nodes;
  return nodes.slice(0, 'exactly' in on ? on.exactly : on.atLeast);
}

function describe(
  writers: readonly AskedNode[],
  readers: readonly AskedNode[],
  all: number,
): string {
  const where = readers.length === all ? `all ${all}` : ordinals(readers);
  return `written at ${ordinals(writers)}, read at ${where}`;
}

function ordinals(nodes: readonly AskedNode[]): string {
  return nodes.map(({ scope }) => `-${scope.ordinal}`).join(', ');
}
