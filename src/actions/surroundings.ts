import { homedir } from 'node:os';
import { findSurroundings, type RequestDeps, type Surroundings } from '../config/request.ts';
import type { ActionContext, WorkspaceRequest } from './context.ts';
import { verbs } from './verbs.ts';

/** What requests are resolved against in this process. */
export function requestDeps({ cwd, env, installation }: ActionContext): RequestDeps {
  return { cwd, env, installation, homeDir: homedir(), verbs };
}

/** The files in force. @throws {UsageError} when the config file that was asked for does not exist */
export function surroundingsOf(
  { config, state }: WorkspaceRequest,
  context: ActionContext,
): Promise<Surroundings> {
  return findSurroundings({ configFile: config, state }, requestDeps(context));
}
