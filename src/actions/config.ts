import type { Origin } from '../config/origins.ts';
import { resolveProfile, resolveRequest } from '../config/request.ts';
import type { ActionContext, WorkspaceRequest } from './context.ts';
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
  const input = { profile, state, configFile };
  const deps = requestDeps(context);
  const { configFile: file, origins } =
    recipe === undefined
      ? await resolveProfile(input, deps)
      : await resolveRequest({ ...input, recipe }, deps);
  return { file, settings: origins };
}
