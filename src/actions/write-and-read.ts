import type { Judgement } from '../probes/judge.ts';
import type { WriteReadProof } from '../recipe/resolve-proofs.ts';
import { type AskedNode, askNode, notReached, untilOk, type Waiting } from './ask-nodes.ts';

const pollMs = 100;

/** What is written and read, where, and for how long that may fail. */
type WritingAndReading = Pick<WriteReadProof, 'write' | 'read' | 'withinMs'>;

/**
 * Writes through some nodes and reads through others, again and again until all read what was written or time is over.
 * Nothing is written when one of them was not reached: nobody connects to it later.
 */
export async function writeAndRead(
  proof: WritingAndReading,
  nodes: readonly AskedNode[],
  waiting: Waiting,
): Promise<Judgement> {
  if (nodes.length === 0) return { ok: false, detail: 'there is no node to ask' };
  const involved = [...nodesOn(proof.write.on, nodes), ...nodesOn(proof.read.on, nodes)];
  const missing = involved.find(({ remote }) => remote === null);
  if (missing !== undefined) return { ok: false, detail: `${ordinals([missing])}: not reached` };
  return untilOk(proof.withinMs, pollMs, waiting, (deadline) =>
    attempt(proof, nodes, deadline, waiting),
  );
}

async function attempt(
  proof: WritingAndReading,
  nodes: readonly AskedNode[],
  deadline: number,
  waiting: Waiting,
): Promise<Judgement> {
  const writers = nodesOn(proof.write.on, nodes);
  const readers = nodesOn(proof.read.on, nodes);
  const written = await Promise.all(
    writers.map((node) => ask(proof.write.probeAt, node, deadline, waiting)),
  );
  const failed = written.find((answer) => !answer.ok);
  if (failed !== undefined) return { ok: false, detail: `the write failed: ${failed.detail}` };
  const { equals } = proof.read;
  const expected = (equals.kind === 'text' ? equals.text : (written[0]?.text ?? '')).trim();
  if (equals.kind === 'write' && expected === '') {
    return { ok: false, detail: 'the write answered nothing that could be read again' };
  }
  const answers = await Promise.all(
    readers.map((node) => ask(proof.read.probeAt, node, deadline, waiting)),
  );
  const wrong = answers.find(({ ok, text }) => !ok || text.trim() !== expected);
  if (wrong === undefined) return { ok: true, detail: describe(writers, readers, nodes.length) };
  const seen = wrong.ok ? `read "${wrong.text.trim()}" instead of "${expected}"` : wrong.detail;
  return { ok: false, detail: `${wrong.node}: ${seen}` };
}

async function ask(
  probeAt: WriteReadProof['read']['probeAt'],
  { scope, remote }: AskedNode,
  deadline: number,
  { clock, signal }: Waiting,
) {
  const timeoutMs = Math.max(1_000, deadline - clock.monotonicMs());
  const deps = { timeoutMs, signal, clock };
  const answer = remote === null ? notReached : await askNode(probeAt(scope), remote, deps);
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
