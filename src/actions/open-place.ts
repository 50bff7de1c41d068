import { type ResolvedPlace, resolvePlace, resolveRequest } from '../config/request.ts';
import { UsageError } from '../errors.ts';
import type { Provider } from '../providers/provider.ts';
import type { Remote } from '../remote/remote.ts';
import type { ClusterSnapshot } from '../state/cluster-snapshot.ts';
import { type ClusterState, openClusterState } from '../state/cluster-state.ts';
import { assertAccount } from './assert-account.ts';
import { commandLine } from './command-line.ts';
import type { ActionContext, ClusterRequest } from './context.ts';
import { hopsTo } from './hops-to.ts';
import { type Cloud, openCloudOf } from './open-cloud.ts';
import { requestDeps } from './surroundings.ts';
import type { Login } from './way-in.ts';

/** What is remembered of a cluster, and where. */
export interface RememberedCluster {
  readonly request: ResolvedPlace;
  readonly state: ClusterState;
  /** Null when the cluster was never created or its state was lost. */
  readonly snapshot: ClusterSnapshot | null;
  /** The command line of an operation on exactly this cluster, for hints. */
  readonly commandFor: (operation: string) => string;
}

/**
 * A cluster as its local state and its cloud know it; what it is made of is not needed to remove it. Disposing it ends
 * all connections.
 */
export interface Place extends RememberedCluster, Cloud {
  readonly name: string;
  /** Whose machines they are, as the cloud names the account; null where it does not tell. */
  readonly account: string | null;
  /** Whom its machines are logged into as, where they do not say themselves; known once their image is. */
  readonly login: { username: string };
  /** The connections to its nodes that were made so far. */
  readonly connections: Remote[];
  /** The hosts on the way to machines of a cloud, the first one first; a machine of one's own has its own. */
  readonly hops: readonly Login[];
}

/**
 * Reads what is remembered of a cluster; its recipe is not read.
 * @throws {UsageError} when the name belongs to a cluster that was made of something else
 */
export async function readPlace(
  asked: ClusterRequest,
  context: ActionContext,
): Promise<RememberedCluster> {
  const { recipe, profile, name, state: folder, config: configFile } = asked;
  const input = { recipe, profile, name, state: folder, configFile };
  const request = await resolvePlace(input, requestDeps(context));
  const { stateRoot: root, clusterName: cluster } = request;
  const state = openClusterState({ root, cluster, clock: context.clock });
  const { snapshot, notice } = await state.snapshot.read();
  if (notice !== null) context.emit({ type: 'notice', ...notice });
  if (snapshot !== null) assertSameWhat(snapshot, request);
  const commandFor = (operation: string) =>
    commandLine([recipe, '--op', operation], asked, context.env);
  return { request, state, snapshot, commandFor };
}

/**
 * Finds a cluster that is to be removed, also when its recipe is broken or gone.
 * @throws {UsageError} when nothing is remembered under the name and there is no such recipe either
 */
export async function openPlace(request: ClusterRequest, context: ActionContext): Promise<Place> {
  const remembered = await readPlace(request, context);
  if (remembered.snapshot === null) {
    const { recipe, profile, name, config: configFile } = request;
    await resolveRequest({ recipe, profile, name, configFile }, requestDeps(context));
  }
  return atCloud(remembered, false, context);
}

/**
 * @throws {UsageError} `other-cloud` when the cluster was made on another cloud than the one that answers now,
 * `other-account` when it was made in another account
 */
export async function atCloud<R extends RememberedCluster>(
  remembered: R,
  setup: boolean,
  context: ActionContext,
): Promise<R & Place> {
  const cloud = await openCloudOf(remembered, setup, context);
  const { provider, hosts } = cloud;
  const { credentials } = remembered.request;
  if (remembered.snapshot !== null) assertSamePlace(remembered.snapshot, provider);
  // On this computer, and on machines of one's own, there is nobody else.
  const account = credentials.kind === 'ec2' ? await provider.account() : null;
  assertAccount(account, credentials, remembered.snapshot?.account ?? null);
  const connections: Remote[] = [];
  const { request, snapshot } = remembered;
  const username = request.profile.username ?? snapshot?.image?.username ?? 'root';
  return {
    ...remembered,
    ...cloud,
    ...{ name: request.clusterName, account, login: { username }, connections },
    hops: hosts === null ? await hopsTo(request, context) : [],
    [Symbol.asyncDispose]: async () => {
      await Promise.all(connections.map((connection) => connection.close()));
      await cloud[Symbol.asyncDispose]();
    },
  };
}

function assertSameWhat(
  { cluster, recipe, profile }: ClusterSnapshot,
  { recipeName, profileName }: ResolvedPlace,
): void {
  if (recipe === recipeName && profile === profileName) return;
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
