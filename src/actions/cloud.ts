import { takeCloudDown } from '../localcloud/down.ts';
import { type CloudOverview, overviewOf } from '../localcloud/overview.ts';
import { type ClusterState, listClusters, openClusterState } from '../state/cluster-state.ts';
import type { Lock } from '../state/lock.ts';
import type { ActionContext, WorkspaceRequest } from './context.ts';
import { localCloudName, openLocalCloud } from './local-provider.ts';
import { surroundingsOf } from './surroundings.ts';
import { whoAmI } from './who.ts';

/** From which workspace the cloud is looked at. */
export type CloudRequest = WorkspaceRequest;

/** What is to be removed. */
export interface CloudDownRequest extends WorkspaceRequest {
  /** Also the machines of other state folders. */
  readonly all: boolean;
}

/** What the cloud on this computer has. */
export type CloudLookResult = CloudOverview;

/** What was removed. */
export interface CloudDownResult {
  readonly directory: string;
  readonly removed: readonly { readonly kind: string; readonly id: string }[];
}

/** Machines, images, network and disk of the cloud on this computer, of all its accounts; changes nothing. */
export async function cloudLook(
  request: CloudRequest,
  context: ActionContext,
): Promise<CloudLookResult> {
  const { state } = await surroundingsOf(request, context);
  return overviewOf(openLocalCloud(state.folder, context));
}

/**
 * Removes every trace of the cloud on this computer, and the state of this folder's clusters on it.
 * @throws {UsageError} when machines of other state folders are there and `all` is not set; nothing was touched
 * @throws {DeployerError} `locked` when a run is under way on one of the clusters; nothing was touched
 */
export async function cloudDown(
  request: CloudDownRequest,
  context: ActionContext,
): Promise<CloudDownResult> {
  const { state } = await surroundingsOf(request, context);
  const cloud = openLocalCloud(state.folder, context);
  const { directory, machines, images } = await overviewOf(cloud);
  const ownImages = cloud.host.imagesDirectory.startsWith(`${directory}/`);
  const clusters = await clustersOn(localCloudName(cloud), state.folder, context);
  const { signal } = context;
  const who = whoAmI();
  const locks: Lock[] = [];
  try {
    for (const cluster of clusters) {
      locks.push(await cluster.lock({ who, operation: 'cloud down', signal }));
    }
    await takeCloudDown(cloud, { all: request.all });
    for (const cluster of clusters) await cluster.remove();
  } finally {
    for (const lock of locks) await lock.release();
  }
  const removed = [
    ...clusters.map(({ cluster }) => ({ kind: 'cluster', id: cluster })),
    ...machines.map(({ id }) => ({ kind: 'machine', id })),
    ...(ownImages ? images.map(({ name }) => ({ kind: 'image', id: name })) : []),
  ];
  return { directory, removed };
}

async function clustersOn(
  cloud: string,
  root: string,
  { clock }: ActionContext,
): Promise<readonly ClusterState[]> {
  const states = (await listClusters(root)).map((cluster) =>
    openClusterState({ root, cluster, clock }),
  );
  // A damaged snapshot tells nothing, and must not keep the cloud from being removed.
  const clouds = states.map((state) =>
    state.snapshot.read().then(
      ({ snapshot }) => snapshot?.cloud,
      () => undefined,
    ),
  );
  const known = await Promise.all(clouds);
  return states.filter((_, index) => known[index] === cloud);
}
