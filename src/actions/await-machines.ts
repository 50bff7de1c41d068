import { DeployerError, type NodeFailure, toDeployerError } from '../errors.ts';
import type { ClusterSnapshot } from '../state/cluster-snapshot.ts';
import { type Node, nodesOf } from './nodes.ts';
import { type Reach, type ReachedNode, reachNode } from './reach-nodes.ts';
import type { Run } from './run.ts';
import { isDialable } from './way-in.ts';

/** The name of the phase in which machines come up. */
export const launchPhase = 'launch';

/** Code of the failure of a machine that ended instead of coming up. */
export const launchFailed = 'launch-failed';

/** How often the cloud is asked about machines that have an address and do not answer yet. */
const watchMs = 2_000;

/** An attempt to reach one machine. */
interface Attempt {
  /** Ends it; the reason is the node's failure. */
  readonly end: AbortController;
  isOver: boolean;
}

/** What has come of all attempts so far. */
interface Watch {
  readonly run: Run;
  readonly startedMs: number;
  readonly attempts: Map<number, Attempt>;
  readonly reached: ReachedNode[];
  readonly failures: NodeFailure[];
  /** Every attempt that was begun; none rejects. */
  readonly settled: Promise<void>[];
}

/**
 * Waits until every wanted machine has answered on SSH or failed: each is connected to as soon as it has an address,
 * whatever the others do. One call a look tells of all of them.
 */
export async function awaitMachines(
  run: Run,
  snapshot: ClusterSnapshot,
  wanted: ReadonlySet<number>,
  startedMs: number,
): Promise<Reach & { readonly nodes: readonly Node[] }> {
  const { clock, signal } = run.context;
  const { provider, request } = run.cluster;
  const deadline = clock.monotonicMs() + request.profile.reachTimeoutMs;
  const watch: Watch = {
    ...{ run, startedMs, attempts: new Map(), reached: [], failures: [], settled: [] },
  };
  let nodes: readonly Node[];
  try {
    while (true) {
      nodes = nodesOf(run.cluster, snapshot, await provider.describe(snapshot.uid));
      const waited = nodes.filter(({ ordinal }) => wanted.has(ordinal));
      for (const node of waited) lookAt(watch, node, clock.monotonicMs() >= deadline);
      if (waited.every(({ ordinal }) => watch.attempts.has(ordinal))) {
        if (waited.every(({ ordinal }) => watch.attempts.get(ordinal)?.isOver)) break;
        await untilAllOver(watch, watchMs);
      } else {
        await clock.sleep(provider.pollMs, signal);
      }
    }
  } finally {
    if (signal.aborted) for (const { end } of watch.attempts.values()) end.abort(signal.reason);
    await Promise.all(watch.settled);
  }
  signal.throwIfAborted();
  const inOrder = watch.reached.toSorted((a, b) => a.ordinal - b.ordinal);
  return { nodes, reached: inOrder, failures: watch.failures };
}

/** Waits a while, or until all that was begun is over. */
async function untilAllOver({ run, settled }: Watch, ms: number): Promise<void> {
  const { clock, signal } = run.context;
  const waiting = new AbortController();
  const sleep = clock.sleep(ms, AbortSignal.any([signal, waiting.signal]));
  try {
    await Promise.race([sleep, Promise.all(settled)]);
    signal.throwIfAborted();
  } finally {
    waiting.abort();
    await sleep.catch(() => undefined);
  }
}

/** Begins to connect to a machine that has its address by now, and gives up one that will never answer. */
function lookAt(watch: Watch, node: Node, isLate: boolean): void {
  const attempt = watch.attempts.get(node.ordinal);
  const hasEnded = node.machine?.state === 'terminated';
  if (attempt !== undefined) {
    if (hasEnded && !attempt.isOver) attempt.end.abort(launchEnded(node));
  } else if (hasEnded) {
    fail(watch, node, launchEnded(node));
  } else if (isDialable(node.machine, watch.run.cluster.hops.length > 0)) {
    reach(watch, node);
  } else if (isLate) {
    fail(watch, node, noAddress(node));
  }
}

function fail({ attempts, failures }: Watch, { ordinal, name }: Node, error: DeployerError): void {
  attempts.set(ordinal, { end: new AbortController(), isOver: true });
  failures.push({ node: name, error });
}

function reach({ run, startedMs, attempts, reached, failures, settled }: Watch, node: Node): void {
  const { emit, clock } = run.context;
  const { cluster, context } = run;
  const attempt: Attempt = { end: new AbortController(), isOver: false };
  attempts.set(node.ordinal, attempt);
  const phase = launchPhase;
  const options = {
    timeoutMs: cluster.request.profile.reachTimeoutMs,
    pins: true,
    signalFor: () => attempt.end.signal,
    onProgress: (_: Node, text: string) =>
      emit({ type: 'phase-progress', phase, node: node.name, text }),
    onReached: () => {
      const ms = clock.monotonicMs() - startedMs;
      emit({ type: 'node-phase-ended', phase, node: node.name, ok: true, ms });
    },
  };
  const outcome = reachNode(cluster, node, options, context).then(
    (one) => void reached.push(one),
    (error: unknown) => void failures.push({ node: node.name, error: toDeployerError(error) }),
  );
  settled.push(
    outcome.finally(() => {
      attempt.isOver = true;
    }),
  );
}

function noAddress({ name }: Node): DeployerError {
  return new DeployerError('no-address', `the cloud gave no address to ${name}`, {
    hint: 'Run the same command again to go on waiting, or destroy the cluster.',
  });
}

function launchEnded({ name, machine }: Node): DeployerError {
  const reason = machine?.stateReason ?? 'the cloud gives no reason';
  return new DeployerError(launchFailed, `the machine of ${name} ended at once: ${reason}`, {
    hint: 'Correct the reason and run the same command again.',
  });
}
