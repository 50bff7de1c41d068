import type { Gate } from '../recipe/resolve.ts';
import { type AskedNode, askNode } from './ask-nodes.ts';
import type { ActionContext } from './context.ts';

/** How often nodes are asked how far they are, in milliseconds, and how long one may take to say so. */
const everyMs = 2_000;
const attemptMs = 5_000;

/**
 * Does the work, and tells meanwhile how far the nodes are that wait at the gate, as far as the recipe knows how to ask.
 * @param phase under which it is told
 */
export async function withProgress<T>(
  gate: Gate,
  nodes: readonly AskedNode[],
  phase: string,
  context: Pick<ActionContext, 'clock' | 'signal' | 'emit'>,
  work: () => Promise<T>,
): Promise<T> {
  const { progressAt } = gate;
  if (progressAt === undefined) return work();
  const over = new AbortController();
  const signal = AbortSignal.any([context.signal, over.signal]);
  const telling = nodes.map((node) => tell(node, progressAt, phase, { ...context, signal }));
  try {
    return await work();
  } finally {
    over.abort();
    await Promise.all(telling);
  }
}

/** Until told to stop, in which it never fails. */
async function tell(
  { scope, remote }: AskedNode,
  progressAt: NonNullable<Gate['progressAt']>,
  phase: string,
  { clock, signal, emit }: Pick<ActionContext, 'clock' | 'signal' | 'emit'>,
): Promise<void> {
  let told = '';
  while (remote !== null && !signal.aborted) {
    await clock.sleep(everyMs, signal).catch(() => undefined);
    if (signal.aborted) return;
    // A recipe may have nothing to ask of this node: then nothing is told, and the work goes on.
    const asked = async () =>
      askNode(progressAt(scope), remote, { timeoutMs: attemptMs, signal, clock });
    const answer = await asked().catch(() => null);
    if (answer === null || !answer.ok || answer.text.trim() === '' || answer.detail === told)
      continue;
    told = answer.detail;
    emit({ type: 'phase-progress', phase, node: scope.name, text: told });
  }
}
