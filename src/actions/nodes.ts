import { newestMachine } from '../plan/machines.ts';
import { type ClusterModel, nodeName, placeholder } from '../plan/model.ts';
import type { Machine, MachineFigures } from '../providers/provider.ts';
import { completeRecorded } from '../recipe/recorded.ts';
import type { NodeScope } from '../recipe/scope.ts';
import type { ClusterSnapshot } from '../state/cluster-snapshot.ts';
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

/** What is known of a cluster beside its nodes. */
export interface Known {
  /** What machines of the profile's types are made of, the first choice first. */
  readonly figures: ReadonlyMap<string, MachineFigures>;
  /** By recipe, then by name. */
  readonly secrets: ClusterModel['secrets'];
  /** What nodes are told of each artifact, by its key; needed where wishes are made of the model. */
  readonly artifacts: ClusterModel['artifacts'];
}

/** What the cluster is to be, with placeholders where a machine does not exist yet. */
export function modelOf(
  { name, request }: Pick<Cluster, 'name' | 'request'>,
  snapshot: ClusterSnapshot,
  nodes: readonly Node[],
  { figures, secrets, artifacts }: Known,
): ClusterModel {
  const { composition, recipe, profileName } = request;
  const values = {
    cluster: { name, uid: snapshot.uid, recipe: recipe.name, profile: profileName },
    formed: new Map(Object.entries(snapshot.formed)),
    nodes: nodes.map((node) => nodeScope(node, snapshot, figures)),
  };
  const recorded = completeRecorded(composition, values, snapshot.recorded.components);
  return { composition, ...values, recorded, secrets, artifacts };
}

function nodeScope(
  { ordinal, name, machine }: Node,
  { nodes }: ClusterSnapshot,
  figures: ReadonlyMap<string, MachineFigures>,
): NodeScope {
  const remembered = nodes.find((node) => node.ordinal === ordinal);
  return {
    ordinal,
    name,
    address: machine?.address ?? placeholder(name, 'address'),
    publicAddress: machine?.publicAddress ?? null,
    zone: machine === undefined ? placeholder(name, 'zone') : (machine.zone ?? null),
    roles: remembered?.roles ?? [],
    facts: figuresOf(machine, figures),
    incarnation: machine?.incarnation ?? remembered?.incarnation ?? 1,
    // Each recipe has founders of its own, and knows whom a machine replaces.
    founder: false,
    replaces: null,
  };
}

/** A machine's own figures; those of the first choice while it does not exist. */
function figuresOf(
  machine: Machine | undefined,
  figures: ReadonlyMap<string, MachineFigures>,
): MachineFigures {
  const own = figures.get(machine?.instanceType ?? '');
  const [first] = figures.values();
  return own ?? first ?? { memoryMib: 0, cpus: 0 };
}
