import { type Misbehaviour, misbehaviourOf, setMisbehaviour } from '../localcloud/misbehaviour.ts';
import type { CloudRequest } from './cloud.ts';
import type { ActionContext } from './context.ts';
import { openLocalCloud } from './local-provider.ts';
import { surroundingsOf } from './surroundings.ts';

/** What a cloud does wrong: to be changed to `specs`, when they are given, and told. */
export interface CloudMisbehaveRequest extends CloudRequest {
  /** Empty: only tell; `none` ends all of it. */
  readonly specs: readonly string[];
}

/** What the cloud does wrong now. */
export type CloudMisbehaveResult = Misbehaviour;

/**
 * Changes what the cloud on this computer does wrong, for all who use it, or only tells it.
 * @throws {UsageError} `unknown-misdeed`; nothing was changed
 */
export async function cloudMisbehave(
  { specs, ...request }: CloudMisbehaveRequest,
  context: ActionContext,
): Promise<CloudMisbehaveResult> {
  const { state } = await surroundingsOf(request, context);
  const cloud = openLocalCloud(state.folder, context);
  if (specs.length === 0) return misbehaviourOf(cloud);
  return setMisbehaviour(
    cloud,
    specs.filter((spec) => spec !== 'none'),
  );
}
