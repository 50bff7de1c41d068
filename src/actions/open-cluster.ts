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
export interface Cluster extends KnownCluster, AsyncDisposable {
  readonly name: string;
  readonly provider: Provider;
  /** The connections to its nodes that were made so far. */
  readonly connections: Remote[];
}

/** What is asked for, and what is remembered of the cluster that it is about. */
export interface KnownCluster {
  readonly request: ResolvedRequest;
  readonly state: ClusterState;
  /** Null when the cluster was never created or its state was lost. */
  readonly snapshot: ClusterSnapshot | null;
}

/**
 * Reads configuration, recipe and local state. The last applied request counts where the command line says nothing.
 * @throws {UsageError} when the name belongs to a cluster that was made of something else
 */
export async function readCluster(
  request: Omit<ClusterRequest, 'waitMs' | 'setup'> & Wish,
  context: ActionContext,
): Promise<KnownCluster> {
  const { recipe, profile, name, state: folder, config: configFile, count } = request;
  const set = Object.entries(request.parameters ?? {}).map(([key, value]) => `${key}=${value}`);
  const input = { recipe, profile, name, state: folder, configFile, count, set };
  const asked = await resolveRequest(input, requestDeps(context));
  const { stateRoot: root, clusterName: cluster } = asked;
  const state = openClusterState({ root, cluster, clock: context.clock });
  const { snapshot, notice } = await state.snapshot.read();
  if (notice !== null) context.emit({ type: 'notice', ...notice });
  if (snapshot === null) return { request: asked, state, snapshot };
  assertSameWhat(snapshot, asked);
  const remembered = snapshot.request;
  const resolved = await resolveRequest({ ...input, remembered }, requestDeps(context));
  return { request: resolved, state, snapshot };
}

/**
 * Reads everything that says what the cluster is, without touching anything outside.
 * @throws {UsageError} when the name belongs to a cluster that was made of something else, or elsewhere
 */
export async function openCluster(
  request: ClusterRequest & Wish,
  context: ActionContext,
): Promise<Cluster> {
  const known = await readCluster(request, context);
  const provider = await openProvider(known.request, request.setup, context);
  if (known.snapshot !== null) assertSamePlace(known.snapshot, provider);
  const connections: Remote[] = [];
  return {
    ...known,
    ...{ name: known.request.clusterName, provider, connections },
    [Symbol.asyncDispose]: async () => {
      await Promise.all(connections.map((connection) => connection.close()));
    },
  };
}

function assertSameWhat(
  { cluster, recipe, profile }: ClusterSnapshot,
  request: ResolvedRequest,
): void {
  if (recipe === request.recipe.name && profile === request.profileName) return;
  const message = `${cluster} is a cluster of recipe ${recipe} under profile ${profile}`;
  throw new UsageError('other-cluster', message, {
    hint: 'Give the new cluster another name with --name, or destroy the old one first.',
  });
}

function assertSamePlace({ cluster, cloud }: ClusterSnapshot, provider: Provider): void {
  if (cloud === provider.cloud) return;
  const message = `${cluster} was made on ${cloud}, and this is ${provider.cloud}`;
  throw new UsageError('other-cloud', message, {
    hint: 'Use the profile and the environment with which it was made.',
  });
}
