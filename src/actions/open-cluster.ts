import { type ResolvedRequest, resolveRequest } from '../config/request.ts';
import { UsageError } from '../errors.ts';
import type { Provider } from '../providers/provider.ts';
import type { Remote } from '../remote/remote.ts';
import type { ClusterSnapshot } from '../state/cluster-snapshot.ts';
import { type ClusterState, openClusterState } from '../state/cluster-state.ts';
import type { ActionContext, ClusterRequest } from './context.ts';
import { openProvider } from './open-provider.ts';
import { requestDeps } from './surroundings.ts';

/** What a verb may say about the cluster's wish beyond naming it. */
type Wish = {
  readonly count?: number | undefined;
  readonly parameters?: Readonly<Record<string, string>>;
};

/** A cluster as its configuration, its local state and its cloud know it; disposing it ends all connections. */
export interface Cluster extends AsyncDisposable {
  readonly name: string;
  readonly request: ResolvedRequest;
  readonly state: ClusterState;
  readonly provider: Provider;
  /** What is remembered of the cluster; null when it was never created or its state was lost. */
  readonly snapshot: ClusterSnapshot | null;
  /** The connections to its nodes that were made so far. */
  readonly connections: Remote[];
}

/**
 * Reads everything that says what the cluster is, without touching anything outside.
 * The last applied request counts where the command line says nothing.
 * @throws {UsageError} when the name belongs to a cluster that was made of something else, or elsewhere
 */
export async function openCluster(
  request: ClusterRequest & Wish,
  context: ActionContext,
): Promise<Cluster> {
  const asked = await resolve(request, [], undefined, context);
  const state = openClusterState({
    root: asked.stateRoot,
    cluster: asked.clusterName,
    clock: context.clock,
  });
  const { snapshot, notice } = await state.snapshot.read();
  if (notice !== null) context.emit({ type: 'notice', ...notice });
  const resolved =
    snapshot === null
      ? asked
      : await resolve(request, rememberedParameters(snapshot), snapshot.request.count, context);
  const provider = await openProvider(resolved, request.setup, context);
  if (snapshot !== null) assertSame(snapshot, resolved, provider);
  const connections: Remote[] = [];
  return {
    ...{ name: resolved.clusterName, request: resolved, state, provider, snapshot, connections },
    [Symbol.asyncDispose]: async () => {
      await Promise.all(connections.map((connection) => connection.close()));
    },
  };
}

/** What goes by a cluster's name but was made of something else, or elsewhere, is another cluster. */
function assertSame(
  { cluster, recipe, profile, cloud }: ClusterSnapshot,
  request: ResolvedRequest,
  provider: Provider,
): void {
  if (recipe !== request.recipe.name || profile !== request.profileName) {
    const message = `${cluster} is a cluster of recipe ${recipe} under profile ${profile}`;
    throw new UsageError('other-cluster', message, {
      hint: 'Give the new cluster another name with --name, or destroy the old one first.',
    });
  }
  if (cloud !== provider.cloud) {
    const message = `${cluster} was made on ${cloud}, and this is ${provider.cloud}`;
    throw new UsageError('other-cloud', message, {
      hint: 'Use the profile and the environment with which it was made.',
    });
  }
}

function resolve(
  request: ClusterRequest & Wish,
  remembered: readonly string[],
  rememberedCount: number | undefined,
  context: ActionContext,
): Promise<ResolvedRequest> {
  const { recipe, profile, name, state, config: configFile } = request;
  const count = request.count ?? rememberedCount;
  const said = Object.entries(request.parameters ?? {}).map(([key, value]) => `${key}=${value}`);
  return resolveRequest(
    { recipe, profile, name, state, configFile, count, set: [...remembered, ...said] },
    requestDeps(context),
  );
}

function rememberedParameters(snapshot: ClusterSnapshot): readonly string[] {
  return Object.entries(snapshot.request.params).map(
    ([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
}
