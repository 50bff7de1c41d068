import type { ClusterRef, Network, NetworkWish } from '../providers/provider.ts';
import { journalled } from './journalled.ts';
import type { Run } from './run.ts';

/** Makes the network that the cluster's machines are launched into as the profile wishes. */
export async function ensureNetwork(run: Run, cluster: ClusterRef): Promise<Network> {
  const { network } = run.cluster.request.profile;
  const wish: NetworkWish = {
    groupIds: network.securityGroups ?? [],
    subnetIds: network.subnets ?? [],
    sshFrom: [],
    clientsFrom: [],
    clientPorts: [],
  };
  const effect = { kind: 'open-network', token: cluster.uid, request: { ...wish } } as const;
  return journalled(run, effect, () => run.cluster.provider.openNetwork(cluster, wish));
}
