import type { Origin } from '../config/origins.ts';
import { resolveProfile } from '../config/request.ts';
import type { ActionContext, WorkspaceRequest } from './context.ts';
import { readCluster } from './open-cluster.ts';
import { requestDeps } from './surroundings.ts';

/** Which settings. */
export interface ConfigRequest extends WorkspaceRequest {
  readonly profile: string | undefined;
  /** Also what this recipe would get; only the profile's settings when undefined. */
  readonly recipe: string | undefined;
}

/** The settings in force. */
export interface ConfigResult {
  readonly file: string;
  /** Each with where it comes from; of secrets only where they are read from. */
  readonly settings: readonly Origin[];
}

/** Every setting in force, with the file, line or flag that it comes from; nothing secret is read. */
export async function config(
  { recipe, profile, state, config: configFile }: ConfigRequest,
  context: ActionContext,
): Promise<ConfigResult> {
  if (recipe === undefined) {
    const input = { profile, state, configFile };
    const { configFile: file, origins } = await resolveProfile(input, requestDeps(context));
    return { file, settings: origins };
  }
  const named = { recipe, profile, state, config: configFile, name: undefined };
  const { request } = await readCluster(named, context);
  return { file: request.configFile, settings: request.origins };
}
