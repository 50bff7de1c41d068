import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { DeployerError, UsageError } from '../errors.ts';
import { nodeName } from '../plan/model.ts';
import type { Machine } from '../providers/provider.ts';
import type { ActionContext, RunRequest } from './context.ts';
import { journalled } from './journalled.ts';
import { settleOpenLaunches } from './launch-machines.ts';
import { openPlace, type Place } from './open-place.ts';
import { type Run, withRun } from './run.ts';
import { cacheOf } from './settle-artifacts.ts';

/** Which cluster is to go. */
export interface DestroyRequest extends RunRequest {
  /** Whether what services keep on machines of your own goes, too; on a cloud it goes with the machines. */
  readonly purgeData: boolean;
}

/** What is gone; it has been looked for, and nothing of the cluster was left. */
export interface DestroyResult {
  readonly cluster: string;
  readonly ms: number;
  readonly removed: readonly { readonly kind: string; readonly id: string }[];
  /** What stays on purpose, such as cached images. */
  readonly kept: readonly string[];
}

const phase = 'terminate';
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
  const open = () => openLeaving(request, context);
  return withRun('destroy', open, request, context, removeAll);
}

/** @throws {UsageError} `nothing-to-purge` on a cloud */
async function openLeaving(request: DestroyRequest, context: ActionContext): Promise<Place> {
  const place = await openPlace(request, context);
  const { hosts } = place;
  if (hosts !== null) hosts.leaving.purgeData = request.purgeData;
  else if (request.purgeData) {
    await place[Symbol.asyncDispose]();
    const message =
      '--purge-data is for machines of your own: on a cloud all data goes with its machine';
    throw new UsageError('nothing-to-purge', message);
  }
  return place;
}

async function removeAll(run: Run<Place>): Promise<DestroyResult> {
  const { cluster } = run;
  await settleOpenLaunches(run);
  const uid = await uidOf(run);
  const removed = uid === null ? [] : await destroyCluster(run, uid);
  await cluster.state.remove();
  const local = cluster.request.credentials.kind === 'local';
  const kept = [
    ...(local ? ['the base image of the local cloud (remove it: deployer cloud down)'] : []),
    ...(cluster.hosts?.leaving.kept ?? []).map(
      ({ host, folders }) => `data on ${host}: ${folders.join(', ')}`,
    ),
    ...(await keptDownloads(run.context)),
  ];
  return { cluster: cluster.name, ms: run.elapsedMs(), removed, kept };
}

async function keptDownloads(context: ActionContext): Promise<readonly string[]> {
  const folder = cacheOf(context);
  const files = await readdir(join(folder, 'files')).catch(() => []);
  return files.length === 0 ? [] : [`downloads (remove them: rm -r ${folder})`];
}

/** Whose machines are meant: what is remembered, or where that was lost the one cluster whose machines bear the name. */
async function uidOf({ cluster, snapshot }: Run<Place>): Promise<string | null> {
  if (snapshot !== null) return snapshot.uid;
  const uids = await cluster.provider.discover(cluster.name);
  if (uids.length < 2) return uids[0] ?? null;
  throw new DeployerError('ambiguous-name', `${uids.length} clusters are called ${cluster.name}`, {
    excerpt: uids.join('\n'),
    hint: 'Destroy each from the state folder that it was made with.',
  });
}

async function destroyCluster(run: Run<Place>, uid: string): Promise<DestroyResult['removed']> {
  const { provider } = run.cluster;
  const machines = await terminate(run, uid);
  const left = await provider.sweep(uid);
  if (left.length > 0) {
    const list = left.map(({ kind, id, state }) => `${kind} ${id} (${state})`).join('\n');
    throw new DeployerError('left-behind', `something of ${run.cluster.name} is still there`, {
      excerpt: list,
      hint: 'Run the same command again; if it stays, remove it with the tools of the cloud.',
    });
  }
  return machines.map((id) => ({ kind: 'machine', id }));
}

/** Ends machines until none is left, also those that show up only later, and gives the ids of all that were ended. */
async function terminate(run: Run<Place>, uid: string): Promise<readonly string[]> {
  const { emit, clock, signal } = run.context;
  const { provider } = run.cluster;
  const startedMs = clock.monotonicMs();
  const asked = new Set<string>();
  let living = await livingMachines(run, uid);
  if (living.length === 0) return [];
  const nodes = living.map(({ ordinal }) => nodeName(run.cluster.name, ordinal));
  emit({ type: 'phase-started', phase, nodes });
  try {
    while (living.length > 0 && clock.monotonicMs() - startedMs < goneTimeoutMs) {
      const fresh = living.map(({ id }) => id).filter((id) => !asked.has(id));
      for (const id of fresh) asked.add(id);
      if (fresh.length > 0) {
        const effect = { kind: 'terminate', token: run.id, request: fresh } as const;
        await journalled(run, effect, () => provider.terminate(fresh));
      } else {
        await clock.sleep(provider.pollMs, signal);
      }
      living = await livingMachines(run, uid);
    }
  } finally {
    const ms = clock.monotonicMs() - startedMs;
    const done = asked.size - living.filter(({ id }) => asked.has(id)).length;
    const detail = [...asked].join(' ');
    emit({
      type: 'phase-ended',
      phase,
      ok: living.length === 0,
      done,
      total: asked.size,
      ms,
      detail,
    });
  }
  return [...asked];
}

async function livingMachines({ cluster }: Run<Place>, uid: string): Promise<readonly Machine[]> {
  const machines = await cluster.provider.describe(uid);
  return machines.filter(({ state }) => state !== 'terminated');
}
