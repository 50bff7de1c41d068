import { takeCloudDown } from '../localcloud/down.ts';
import { type CloudOverview, overviewOf } from '../localcloud/overview.ts';
import type { ActionContext, WorkspaceRequest } from './context.ts';
import { openLocalCloud } from './local-provider.ts';
import { surroundingsOf } from './surroundings.ts';

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
  return overviewOf(await openLocalCloud(state.folder, context));
}

/**
 * Removes every trace of the cloud on this computer.
 * @throws {UsageError} when machines of other state folders are there and `all` is not set; nothing was touched
 */
export async function cloudDown(
  request: CloudDownRequest,
  context: ActionContext,
): Promise<CloudDownResult> {
  const { state } = await surroundingsOf(request, context);
  const cloud = await openLocalCloud(state.folder, context);
  const { directory, machines, images } = await overviewOf(cloud);
  await takeCloudDown(cloud, { all: request.all });
  const removed = [
    ...machines.map(({ id }) => ({ kind: 'machine', id })),
    ...images.map(({ name }) => ({ kind: 'image', id: name })),
  ];
  return { directory, removed };
}
