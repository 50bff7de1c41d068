import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { DeployerError, UsageError } from '../errors.ts';
import type { ActionContext, RunRequest } from './context.ts';
import { endCluster } from './end-cluster.ts';
import { settleOpenLaunches } from './launch-machines.ts';
import { openPlace, type Place } from './open-place.ts';
import { type Run, withRun } from './run.ts';
import { cacheOf } from './settle-artifacts.ts';

/** Which cluster is to go. */
export interface DestroyRequest extends RunRequest {
  /** Whether what services keep on machines of your own goes, too; on a cloud it goes with the machines. */
  readonly purgeData: boolean;
  /** Whether somebody has said that a protected cluster may go. */
  readonly confirmed: boolean;
  /** Whether machines that the cloud protects from being ended are ended all the same. */
  readonly forceUnprotect: boolean;
}

/** What is gone; it has been looked for, and nothing of the cluster was left. */
export interface DestroyResult {
  readonly cluster: string;
  readonly ms: number;
  readonly removed: readonly { readonly kind: string; readonly id: string }[];
  /** What stays on purpose, such as cached images. */
  readonly kept: readonly string[];
}

/**
 * Converges towards nothing: every machine ended, keys removed, and a last look that nothing carries the cluster's
 * tags. Run again after a failure it goes on where it was. A cluster that does not exist is already as wished.
 * @throws {DeployerError} `left-behind` with what is still there; `protected` before anything is touched
 * @throws {UsageError} `needs-confirmation` when the profile is protected and nobody has said that it may go
 */
export async function destroy(
  request: DestroyRequest,
  context: ActionContext,
): Promise<DestroyResult> {
  const open = () => openLeaving(request, context);
  return withRun('destroy', open, request, context, (run) => removeAll(run, request));
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

async function removeAll(run: Run<Place>, request: DestroyRequest): Promise<DestroyResult> {
  const { cluster } = run;
  assertConfirmed(cluster, request);
  await settleOpenLaunches(run);
  const uid = await uidOf(run);
  const ended = uid === null ? [] : await endCluster(run, uid, request.forceUnprotect);
  const removed = ended.map((id) => ({ kind: 'machine', id }));
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

function assertConfirmed({ name, request }: Place, { confirmed }: DestroyRequest): void {
  if (!request.profile.protect || confirmed) return;
  const message = `${name} is under the protected profile ${request.profileName}`;
  throw new UsageError('needs-confirmation', message, {
    hint: 'Say --yes to remove it all the same.',
  });
}
