import { hostname, userInfo } from 'node:os';
import { formatDuration } from '../duration.ts';
import type { ClusterSnapshot, SnapshotContent } from '../state/cluster-snapshot.ts';
import type { Journal } from '../state/journal.ts';
import type { ActionContext, ClusterRequest } from './context.ts';
import type { Cluster } from './open-cluster.ts';
import { makeRunId } from './run-id.ts';

/** One invocation that changes a cluster: it holds the cluster's lock and writes ahead what it does. */
export interface Run extends AsyncDisposable {
  readonly id: string;
  readonly cluster: Cluster;
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
 * Takes the cluster's lock and begins a run; disposing it ends the run and releases the lock.
 * @throws {DeployerError} `locked` when another run holds it, `state-unwritable` before anything outside is touched
 */
export async function beginRun(
  operation: string,
  cluster: Cluster,
  request: ClusterRequest,
  context: ActionContext,
): Promise<Run> {
  const { state } = cluster;
  const { emit, clock, signal } = context;
  const startedMs = clock.monotonicMs();
  const id = makeRunId(clock.now());
  const lock = await state.lock({
    who: `${userInfo().username}@${hostname()}`,
    operation,
    signal,
    ...(request.waitMs > 0 ? { wait: waitFor(request.waitMs, context) } : {}),
  });
  if (lock.notice !== null) emit({ type: 'notice', ...lock.notice });
  let ended = false;
  const end = async () => {
    if (ended) return;
    ended = true;
    await lock.release();
  };
  try {
    await state.assertWritable();
    // The lock may have been waited for, so what was read before may be old.
    let { snapshot } = await state.snapshot.read();
    const journal = await state.journal(id);
    emit({ type: 'run-started', run: id, operation, cluster: cluster.name });
    return {
      id,
      cluster,
      context,
      journal,
      elapsedMs: () => clock.monotonicMs() - startedMs,
      get snapshot() {
        return snapshot;
      },
      save: async (content) => {
        snapshot = await state.snapshot.write(content);
        return snapshot;
      },
      [Symbol.asyncDispose]: end,
    };
  } catch (error) {
    await end();
    throw error;
  }
}

function waitFor(timeoutMs: number, { emit }: ActionContext) {
  return {
    timeoutMs,
    onWait: (holder: { who: string; operation: string; since: string }) => {
      const message = `waiting up to ${formatDuration(timeoutMs)} for ${holder.who}, whose ${holder.operation} runs since ${holder.since}`;
      emit({ type: 'notice', level: 'info', message });
    },
  };
}
