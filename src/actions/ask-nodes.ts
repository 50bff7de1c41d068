import { toDeployerError } from '../errors.ts';
import type { ClusterModel } from '../plan/model.ts';
import { canHold, judge } from '../probes/judge.ts';
import { matches, type Wanted } from '../probes/match.ts';
import type { Probe } from '../probes/probe.ts';
import type { ProbeAnswer } from '../probes/probe-kind.ts';
import { type ProbeDeps, runProbe } from '../probes/run-probe.ts';
import type { Gate } from '../recipe/resolve.ts';
import type { NodeScope } from '../recipe/scope.ts';
import type { Remote } from '../remote/remote.ts';
import type { ActionContext } from './context.ts';
import type { ReachedNode } from './reach-nodes.ts';

const pollMs = 75;
const usualAttemptMs = 5_000;

/** A node that is asked, with what templates see of it. */
export interface AskedNode {
  readonly scope: NodeScope;
  /** Null when it was not reached: then it gives no answer, and none counts for it. */
  readonly remote: Remote | null;
}

/** Every node of the cluster, those without a connection among them. */
export function askedNodes(
  model: ClusterModel,
  reached: readonly ReachedNode[],
): readonly AskedNode[] {
  return model.nodes.map((scope) => {
    const node = reached.find(({ ordinal }) => ordinal === scope.ordinal);
    return { scope, remote: node?.remote ?? null };
  });
}

/** What stands for the answer of a node that was not reached. */
export const notReached: ProbeAnswer = { ok: false, text: '', detail: 'not reached' };

/** Whether something holds, and what was seen. */
export interface Verdict {
  readonly ok: boolean;
  readonly detail: string;
  /** Names of the nodes that did not answer as wished, with what they answered. */
  readonly wrong: readonly { readonly node: string; readonly detail: string }[];
}

/** What is asked of nodes, and on how many of them it must hold. */
export interface Question extends Omit<Gate, 'progressAt'> {
  /** Whether all that answer as wished must say the same; they need not unless said otherwise. */
  readonly agree?: boolean;
  /** How long a node may take for one answer, in milliseconds; 5 s unless said otherwise. */
  readonly attemptMs?: number;
}

/**
 * Asks the nodes until the answers satisfy the question, or until its time is over, and gives the last verdict. What
 * needs a node that was not reached is asked just once: nobody connects to it later, so waiting would not help.
 * @throws the signal's reason
 */
export function askUntil(
  question: Question,
  nodes: readonly AskedNode[],
  waiting: Waiting,
): Promise<Verdict> {
  const reached = nodes.map(({ remote }) => remote !== null);
  const withinMs = canHold(question.on, reached) ? question.withinMs : 0;
  return untilOk(withinMs, pollMs, waiting, () => askOnce(question, nodes, waiting));
}

/** What waiting for answers needs. */
export type Waiting = Pick<ActionContext, 'clock' | 'signal'>;

/**
 * Attempts something at least once, and again every `everyMs` until it is ok or `withinMs` are over; gives the last
 * outcome.
 * @throws the signal's reason
 */
export async function untilOk<T extends { readonly ok: boolean }>(
  withinMs: number,
  everyMs: number,
  { clock, signal }: Waiting,
  attempt: (deadlineMs: number) => Promise<T>,
): Promise<T> {
  const deadline = clock.monotonicMs() + withinMs;
  while (true) {
    const outcome = await attempt(deadline);
    signal.throwIfAborted();
    if (outcome.ok || clock.monotonicMs() >= deadline) return outcome;
    await clock.sleep(everyMs, signal);
  }
}

async function askOnce(
  question: Omit<Question, 'withinMs'>,
  nodes: readonly AskedNode[],
  { clock, signal }: Waiting,
): Promise<Verdict> {
  const timeoutMs = question.attemptMs ?? usualAttemptMs;
  const results = await Promise.all(
    nodes.map(async ({ scope, remote }) => {
      const probe = question.probeAt(scope);
      const deps = { timeoutMs, signal, clock };
      const answer = remote === null ? notReached : await askNode(probe, remote, deps);
      return { name: scope.name, node: `-${scope.ordinal}`, ...matches(question, answer) };
    }),
  );
  const wrong = results.flatMap(({ name, matched, detail }) =>
    matched ? [] : [{ node: name, detail }],
  );
  return { ...judge(question.on, results, question.agree), wrong };
}

/** Those of the nodes whose answer matches, asked once. */
export async function matching(
  question: Pick<Question, 'probeAt' | keyof Wanted>,
  nodes: readonly AskedNode[],
  waiting: Waiting,
): Promise<readonly AskedNode[]> {
  const { wrong } = await askOnce({ ...question, on: 'every' }, nodes, waiting);
  const names = new Set(wrong.map(({ node }) => node));
  return nodes.filter(({ scope }) => !names.has(scope.name));
}

/** What a node answers; that it cannot be asked is an answer too, of this node and no other. */
export async function askNode(probe: Probe, remote: Remote, deps: ProbeDeps): Promise<ProbeAnswer> {
  try {
    return await runProbe(probe, remote, deps);
  } catch (error) {
    deps.signal?.throwIfAborted();
    return { ok: false, text: '', detail: toDeployerError(error).message };
  }
}
