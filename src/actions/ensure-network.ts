import type { Profile } from '../config/profile.ts';
import { UsageError } from '../errors.ts';
import type { ClusterRef, Network, NetworkWish } from '../providers/provider.ts';
import { resolveClientPorts } from '../recipe/resolve.ts';
import { journalled } from './journalled.ts';
import { operatorNetwork } from './operator-address.ts';
import type { Run } from './run.ts';

/**
 * Makes the network that the cluster's machines are launched into as the profile wishes, and says who may log in.
 * @throws {UsageError} `ssh-from-needed` when it cannot be told from where a bastion comes
 */
export async function ensureNetwork(
  run: Run,
  cluster: ClusterRef,
  telling: 'aloud' | 'quietly',
): Promise<Network> {
  const { provider, request } = run.cluster;
  const { securityGroups = [], subnets = [], sshFrom = ['me'] } = request.profile.network;
  const { clientsFrom = [] } = request.profile.network;
  // Groups that exist are used as they are.
  const isOwn = securityGroups.length === 0;
  if (isOwn) assertReachable(run.cluster.request.profile);
  const wish: NetworkWish = {
    ...{ groupIds: securityGroups, subnetIds: subnets },
    sshFrom: isOwn ? await networksOf(sshFrom, run) : [],
    clientsFrom: isOwn ? await networksOf(clientsFrom, run) : [],
    clientPorts: clientsFrom.length === 0 ? [] : clientPorts(run, cluster),
  };
  if (isOwn && telling === 'aloud') tellWhoMayLogIn(wish, run);
  const effect = { kind: 'open-network', token: cluster.uid, request: { ...wish } } as const;
  return journalled(run, effect, () => provider.openNetwork(cluster, wish));
}

function assertReachable({ via, network }: Profile): void {
  if (via === undefined || network.sshFrom !== undefined) return;
  const message = `machines are reached through ${via.host}, so SSH has to be open to it`;
  throw new UsageError('ssh-from-needed', message, {
    hint: 'Say in the profile from where it comes, like network: {sshFrom: 10.0.0.0/16}.',
  });
}

async function networksOf(
  words: readonly string[],
  { cluster, context }: Run,
): Promise<readonly string[]> {
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
