import { isDeepStrictEqual } from 'node:util';
import type { Profile } from '../config/profile.ts';
import { UsageError } from '../errors.ts';
import type { ClusterRef, Network, NetworkWish } from '../providers/provider.ts';
import { resolveClientPorts } from '../recipe/resolve.ts';
import type { ClusterSnapshot } from '../state/cluster-snapshot.ts';
import { journalled } from './journalled.ts';
import { operatorNetwork } from './operator-address.ts';
import type { Run } from './run.ts';

/**
 * Makes the network that the cluster's machines are launched into, and says who may log in.
 * @throws {UsageError} `ssh-from-needed` when it cannot be told from where a bastion comes
 */
export async function ensureNetwork(
  run: Run,
  cluster: ClusterRef,
): Promise<{ readonly network: Network; readonly wish: NetworkWish }> {
  const wish = await networkWish(run, cluster);
  if (wish.groupIds.length === 0) tellWhoMayLogIn(wish, run);
  return { network: await openNetwork(run, cluster, wish), wish };
}

/**
 * Brings the network of a cluster that has one to what is wished now: the profile may have changed, and this computer's
 * own address, too. Nothing is asked where neither has.
 * @param wished what is to be remembered of the cluster
 */
export async function refreshNetwork(run: Run, wished: ClusterSnapshot): Promise<ClusterSnapshot> {
  const { snapshot, cluster } = run;
  const before = snapshot?.network;
  if (snapshot === null || before === undefined) return wished;
  const ref = { uid: wished.uid, name: cluster.name };
  const wish = await networkWish(run, ref);
  if (isDeepStrictEqual(wish, before)) return wished;
  tellWhoMayLogIn(wish, run);
  await openNetwork(run, ref, wish);
  await run.save({ ...snapshot, network: wish });
  return { ...wished, network: wish };
}

function openNetwork(run: Run, cluster: ClusterRef, wish: NetworkWish): Promise<Network> {
  const effect = { kind: 'open-network', token: cluster.uid, request: { ...wish } } as const;
  return journalled(run, effect, () => run.cluster.provider.openNetwork(cluster, wish));
}

async function networkWish(run: Run, cluster: ClusterRef): Promise<NetworkWish> {
  const { profile, credentials } = run.cluster.request;
  const { securityGroups = [], subnets = [], sshFrom = ['me'], clientsFrom = [] } = profile.network;
  // Groups that exist are used as they are.
  const isOwn = securityGroups.length === 0;
  if (isOwn && credentials.kind === 'ec2') assertReachable(profile);
  return {
    ...{ groupIds: [...securityGroups], subnetIds: [...subnets] },
    sshFrom: isOwn ? await networksOf(sshFrom, run) : [],
    clientsFrom: isOwn ? await networksOf(clientsFrom, run) : [],
    clientPorts: clientsFrom.length === 0 ? [] : clientPorts(run, cluster),
  };
}

function assertReachable({ via, network }: Profile): void {
  if (via === undefined || network.sshFrom !== undefined) return;
  const message = `machines are reached through ${via.host}, so SSH has to be open to it`;
  throw new UsageError('ssh-from-needed', message, {
    hint: 'Say in the profile from where it comes, like network: {sshFrom: 10.0.0.0/16}.',
  });
}

async function networksOf(words: readonly string[], { cluster, context }: Run): Promise<string[]> {
  const { credentials } = cluster.request;
  const networks = words.map((word) =>
    word === 'me' ? operatorNetwork(credentials, context) : word,
  );
  return [...new Set(await Promise.all(networks))];
}

function clientPorts({ cluster: { request } }: Run, { name, uid }: ClusterRef) {
  const { composition, recipe, profileName } = request;
  const cluster = { name, uid, recipe: recipe.name, profile: profileName };
  return composition.components.flatMap((component) => resolveClientPorts(component, { cluster }));
}

function tellWhoMayLogIn({ sshFrom }: NetworkWish, { cluster, context }: Run): void {
  if (cluster.request.credentials.kind !== 'ec2') return;
  const message = `SSH is open to ${sshFrom.join(', ')} and to nobody else (network.sshFrom of the profile)`;
  context.emit({ type: 'notice', level: 'info', message });
}
