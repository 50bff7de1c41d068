import { newestMachine } from '../plan/machines.ts';
import { type ClusterModel, nodeName, placeholder } from '../plan/model.ts';
import type { Machine, MachineFigures } from '../providers/provider.ts';
import type { NodeScope } from '../recipe/scope.ts';
import type { ClusterSnapshot } from '../state/cluster-snapshot.ts';
import { presentFounders, recordedFounders } from './founders.ts';
import type { Cluster } from './open-cluster.ts';

/** One place in the cluster, with the machine that fills it if there is one. */
export interface Node {
  readonly ordinal: number;
  readonly name: string;
  readonly machine: Machine | undefined;
}

/** The machine of each node's latest incarnation, in the order of the ordinals; one that is being replaced is none. */
export function nodesOf(
  cluster: Pick<Cluster, 'name'>,
  snapshot: ClusterSnapshot,
  machines: readonly Machine[],
): readonly Node[] {
  return snapshot.nodes.map(({ ordinal, incarnation }) => {
    const newest = newestMachine(machines, ordinal);
    const machine = (newest?.incarnation ?? 0) < incarnation ? undefined : newest;
    return { ordinal, name: nodeName(cluster.name, ordinal), machine };
  });
}

/** What the cluster is to be, with placeholders where a machine does not exist yet. */
export function modelOf(
  { name, request }: Cluster,
  snapshot: ClusterSnapshot,
  nodes: readonly Node[],
  figures: MachineFigures,
): ClusterModel {
  const founders = recordedFounders(snapshot) ?? presentFounders(snapshot);
  return {
    recipe: request.recipe,
    cluster: { name, uid: snapshot.uid, recipe: request.recipe.name, profile: request.profileName },
    params: request.params,
    recorded: Object.fromEntries(
      Object.keys(request.recipe.recorded).map((name) => [name, founders]),
    ),
    formed: new Map(Object.entries(snapshot.formed)),
    nodes: nodes.map((node): NodeScope => {
      const remembered = snapshot.nodes.find(({ ordinal }) => ordinal === node.ordinal);
      const incarnation = node.machine?.incarnation ?? remembered?.incarnation ?? 1;
      return {
        ordinal: node.ordinal,
        name: node.name,
        address: node.machine?.address ?? placeholder(node.name, 'address'),
        publicAddress: node.machine?.publicAddress ?? null,
        zone: node.machine?.zone ?? null,
        roles: remembered?.roles ?? [],
        facts: figures,
        incarnation,
        founder: founders.some(
          (founder) => founder.ordinal === node.ordinal && founder.incarnation === incarnation,
        ),
      };
    }),
  };
}
