import { DeployerError } from '../errors.ts';
import { nodeName } from '../plan/model.ts';
import type { Machine } from '../providers/provider.ts';
import type { ActionContext, ClusterRequest } from './context.ts';
import { journalled } from './journalled.ts';
import { settleOpenLaunches } from './launch-machines.ts';
import { openPlace, type Place } from './open-place.ts';
import { type Run, withRun } from './run.ts';

/** Which cluster is to go. */
export type DestroyRequest = ClusterRequest;

/** What is gone; it has been looked for, and nothing of the cluster was left. */
export interface DestroyResult {
  readonly cluster: string;
  readonly ms: number;
  readonly removed: readonly { readonly kind: string; readonly id: string }[];
  /** What stays on purpose, such as cached images. */
  readonly kept: readonly string[];
}

const goneTimeoutMs = 120_000;

/**
 * Converges towards nothing: every machine ended, keys removed, and a last look that nothing carries the cluster's
 * tags. Run again after a failure it goes on where it was. A cluster that does not exist is already as wished.
 * @throws {DeployerError} `left-behind` with what is still there
 */
export async function destroy(
  request: DestroyRequest,
  context: ActionContext,
): Promise<DestroyResult> {
  const place = await openPlace(request, context);
  return withRun('destroy', place, request, context, removeAll);
}

async function removeAll(run: Run<Place>): Promise<DestroyResult> {
  const { cluster } = run;
  const uids =
    run.snapshot === null ? await cluster.provider.discover(cluster.name) : [run.snapshot.uid];
  await settleOpenLaunches(run);
  const removed: DestroyResult['removed'][number][] = [];
  for (const uid of uids) removed.push(...(await destroyCluster(run, uid)));
  await cluster.state.remove();
  const local = cluster.request.credentials.kind === 'local';
  const kept = local ? ['the base image and downloads of the local cloud'] : [];
  return { cluster: cluster.name, ms: run.elapsedMs(), removed, kept };
}

async function destroyCluster(run: Run<Place>, uid: string): Promise<DestroyResult['removed']> {
  const { provider } = run.cluster;
  const machines = (await provider.describe(uid)).filter(({ state }) => state !== 'terminated');
  await terminate(run, uid, machines);
  const left = await provider.sweep(uid);
  if (left.length > 0) {
    const list = left.map(({ kind, id, state }) => `${kind} ${id} (${state})`).join('\n');
    throw new DeployerError('left-behind', `something of ${run.cluster.name} is still there`, {
      excerpt: list,
      hint: 'Run the same command again; if it stays, remove it with the tools of the cloud.',
    });
  }
  return machines.map(({ id }) => ({ kind: 'machine', id }));
}

async function terminate(
  run: Run<Place>,
  uid: string,
  machines: readonly Machine[],
): Promise<void> {
  if (machines.length === 0) return;
  const { emit, clock, signal } = run.context;
  const { provider, name } = run.cluster;
  const startedMs = clock.monotonicMs();
  const phase = 'terminate';
  const nodes = machines.map(({ ordinal }) => nodeName(name, ordinal));
  emit({ type: 'phase-started', phase, nodes });
  let done = 0;
  try {
    const ids = machines.map(({ id }) => id);
    await journalled(run, { kind: 'terminate', token: run.id, request: ids }, () =>
      provider.terminate(ids),
    );
    while (done < machines.length) {
      const living = (await provider.describe(uid)).filter(({ state }) => state !== 'terminated');
      done = machines.length - living.length;
      if (living.length > 0 && clock.monotonicMs() - startedMs > goneTimeoutMs) break;
      if (living.length > 0) await clock.sleep(provider.pollMs, signal);
    }
  } finally {
    const ms = clock.monotonicMs() - startedMs;
    const detail = machines.map(({ id }) => id).join(' ');
    const ok = done === machines.length;
    emit({ type: 'phase-ended', phase, ok, done, total: machines.length, ms, detail });
  }
}
