import { formatDuration } from '../duration.ts';
import type { ClusterSnapshot, SnapshotContent } from '../state/cluster-snapshot.ts';
import type { Journal } from '../state/journal.ts';
import type { LockWait } from '../state/lock.ts';
import type { ActionContext, RunRequest } from './context.ts';
import type { Cluster } from './open-cluster.ts';
import type { Place } from './open-place.ts';
import { makeRunId } from './run-id.ts';
import { whoAmI } from './who.ts';

/** One invocation that changes a cluster: it holds the cluster's lock and writes ahead what it does. */
export interface Run<P extends Place = Cluster> {
  readonly id: string;
  readonly cluster: P;
  readonly context: ActionContext;
  readonly journal: Journal;
  /** Milliseconds since the run began. */
  elapsedMs(): number;
  /** What is remembered of the cluster; changes with `save`. */
  readonly snapshot: ClusterSnapshot | null;
  /** Remembers; durable when it resolves. */
  save(content: SnapshotContent): Promise<ClusterSnapshot>;
}

/**
 * Does the work of a run under the cluster's lock, and releases it and the cluster whatever happens.
 * @param open reads what the cluster is; called again under the lock when another run has changed it meanwhile
 * @throws {DeployerError} `locked` when another run holds it, `state-unwritable` before anything outside is touched
 */
export async function withRun<T, P extends Place>(
  operation: string,
  open: () => Promise<P>,
  request: RunRequest,
  context: ActionContext,
  work: (run: Run<P>) => Promise<T>,
): Promise<T> {
  const { emit, clock, signal } = context;
  const startedMs = clock.monotonicMs();
  const elapsedMs = () => clock.monotonicMs() - startedMs;
  const id = makeRunId(clock.now());
  // What is wrong with the request shows before a lock, which is a file, is made for it.
  await using before = await open();
  await using lock = await before.state.lock({
    who: whoAmI(),
    operation,
    signal,
    ...(request.waitMs > 0 ? { wait: waitFor(request.waitMs, context) } : {}),
  });
  if (lock.notice !== null) emit({ type: 'notice', ...lock.notice });
  const { snapshot } = await before.state.snapshot.read();
  const isSame = snapshot?.serial === before.snapshot?.serial;
  await using reopened = isSame ? null : await open();
  const cluster = reopened ?? before;
  emit({ type: 'run-started', run: id, operation, cluster: cluster.name });
  let ok = false;
  try {
    const result = await work(await openRun(id, cluster, context, elapsedMs));
    ok = true;
    return result;
  } finally {
    emit({ type: 'run-ended', run: id, ok, ms: elapsedMs() });
  }
}

async function openRun<P extends Place>(
  id: string,
  cluster: P,
  context: ActionContext,
  elapsedMs: () => number,
): Promise<Run<P>> {
  const { state } = cluster;
  await state.assertWritable();
  let { snapshot } = cluster;
  const journal = await state.journal(id);
  return {
    ...{ id, cluster, context, journal, elapsedMs },
    get snapshot() {
      return snapshot;
    },
    save: async (content) => {
      snapshot = await state.snapshot.write(content);
      return snapshot;
    },
  };
}

function waitFor(timeoutMs: number, { emit }: ActionContext): LockWait {
  return {
    timeoutMs,
    onWait: ({ who, operation, since }) => {
      const patience = formatDuration(timeoutMs);
      const message = `waiting up to ${patience} for ${who}, whose ${operation} runs since ${since}`;
      emit({ type: 'notice', level: 'info', message });
    },
  };
}
