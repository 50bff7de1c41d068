import { type ResolvedRequest, resolveRequest } from '../config/request.ts';
import type { ActionContext, ClusterRequest } from './context.ts';
import { atCloud, type Place, type RememberedCluster, readPlace } from './open-place.ts';
import { requestDeps } from './surroundings.ts';

/** What a verb may say about the cluster's wish beyond naming it. */
type Wish = {
  readonly count?: number | undefined;
  readonly parameters?: Readonly<Record<string, string>>;
};

/** What a verb that launches machines says besides; others install nothing on this computer. */
type Setup = { readonly setup?: boolean };

/** What is asked for, and what is remembered of the cluster that it is about. */
export interface KnownCluster extends RememberedCluster {
  readonly request: ResolvedRequest;
}

/** A cluster as its configuration, its local state and its cloud know it. */
export interface Cluster extends Place, KnownCluster {
  readonly request: ResolvedRequest;
}

/**
 * Reads configuration, recipe and local state. The last applied request counts where the command line says nothing.
 * @throws {UsageError} when the name belongs to a cluster that was made of something else
 */
export async function readCluster(
  request: ClusterRequest & Wish,
  context: ActionContext,
): Promise<KnownCluster> {
  const { recipe, profile, name, state, config: configFile, count } = request;
  const remembered = await readPlace(request, context);
  const set = Object.entries(request.parameters ?? {}).map(([key, value]) => `${key}=${value}`);
  const last = remembered.snapshot && {
    ...remembered.snapshot.request,
    fixed: remembered.snapshot.recorded.fixed,
  };
  const input = {
    recipe,
    profile,
    name,
    state,
    configFile,
    count,
    set,
    remembered: last ?? undefined,
  };
  return { ...remembered, request: await resolveRequest(input, requestDeps(context)) };
}

/**
 * Reads everything that says what the cluster is, without touching anything outside.
 * @throws {UsageError} when the name belongs to a cluster that was made of something else, or elsewhere
 */
export async function openCluster(
  request: ClusterRequest & Wish & Setup,
  context: ActionContext,
): Promise<Cluster> {
  return atCloud(await readCluster(request, context), request.setup ?? false, context);
}
