import { randomUUID } from 'node:crypto';
import { UsageError } from '../errors.ts';
import { nextSize } from '../plan/growth.ts';
import type { ClusterSnapshot } from '../state/cluster-snapshot.ts';
import type { ActionContext } from './context.ts';
import { stateLost } from './existing.ts';
import type { Cluster } from './open-cluster.ts';
import { plainParams } from './plain-params.ts';
import { rolesAt } from './roles-at.ts';

/**
 * What is to be remembered of the cluster once the wish is applied: for a new cluster its identity and nodes, for an
 * existing one what changes. It has as many nodes as the cluster may have next, which are fewer than wished for where a
 * service must grow in several rounds. Nothing is written yet.
 * @throws {UsageError} when the wish does not fit the cluster that exists
 * @throws {DeployerError} `state-lost` when machines of this cluster run but nothing is remembered of them
 */
export async function wishedSnapshot(
  cluster: Cluster,
  snapshot: ClusterSnapshot | null,
  { clock }: Pick<ActionContext, 'clock'>,
): Promise<ClusterSnapshot> {
  if (snapshot === null) {
    const uids = await cluster.provider.discover(cluster.name);
    if (uids.length > 0) throw stateLost(cluster);
    return newSnapshot(cluster, clock.now());
  }
  assertRolesKept(cluster, snapshot);
  const { count } = cluster.request;
  const present = count < snapshot.nodes.length ? await presentNodes(cluster, snapshot) : 0;
  if (count < present) throw cannotShrink(cluster, present);
  const request = { ...snapshot.request, count, params: plainParams(cluster.request.asked.params) };
  const nodes = snapshot.nodes.slice(0, count).map((node) => withRoles(node, cluster));
  const size = sizeOfRound(cluster, { ...snapshot, nodes });
  if (size === null) throw cannotGrow(cluster, nodes.length);
  const joiners = nodesUpTo(cluster, size).slice(nodes.length);
  return { ...snapshot, request, nodes: [...nodes, ...joiners] };
}

/** How many nodes there are up to the last that ever had a machine: those behind it were only asked for. */
async function presentNodes(
  { provider }: Cluster,
  { uid, nodes, formed }: ClusterSnapshot,
): Promise<number> {
  const machines = await provider.describe(uid);
  const held = [...machines, ...Object.values(formed).flat()].map(({ ordinal }) => ordinal);
  const last = nodes.findLastIndex(
    ({ ordinal, instanceId }) => instanceId !== null || held.includes(ordinal),
  );
  return last + 1;
}

/** What is remembered of a cluster that does not exist yet: its identity and the nodes wished for. */
export function newSnapshot(cluster: Cluster, nowMs: number): ClusterSnapshot {
  const { name, request, provider } = cluster;
  return {
    version: 1,
    serial: 1,
    uid: randomUUID(),
    cluster: name,
    recipe: request.recipe.name,
    profile: request.profileName,
    cloud: provider.cloud,
    ...(cluster.account === null ? {} : { account: cluster.account }),
    createdAt: new Date(nowMs).toISOString(),
    request: { count: request.count, params: plainParams(cluster.request.asked.params) },
    questions: {},
    unfinished: false,
    nodes: nodesUpTo(cluster, request.count),
    recorded: { components: {}, fixed: {} },
    formed: {},
  };
}

function nodesUpTo({ request }: Cluster, size: number): ClusterSnapshot['nodes'] {
  const ordinals = Array.from({ length: size }, (_, index) => index + 1);
  return ordinals.map((ordinal) => ({
    ordinal,
    incarnation: 1,
    roles: rolesAt(request.roleCounts, ordinal),
    instanceId: null,
  }));
}

/** @throws {UsageError} `cannot-shrink` when fewer nodes would hold a role than do */
function assertRolesKept({ name, request }: Cluster, { nodes }: ClusterSnapshot): void {
  for (const [role, count] of Object.entries(request.roleCounts)) {
    const held = nodes.filter(({ ordinal, roles }) => roles.includes(role) && ordinal > count);
    if (held.length === 0 || request.count < nodes.length) continue;
    const message = `${name} has ${count + held.length} nodes with the role ${role} and cannot have ${count}: shrinking is not supported`;
    throw new UsageError('cannot-shrink', message, {
      hint: 'Take back the setting that asks for fewer.',
    });
  }
}

/** Roles that a node has it keeps; growth may add some, where a recipe has more of them in a larger cluster. */
function withRoles(
  node: ClusterSnapshot['nodes'][number],
  { request }: Cluster,
): ClusterSnapshot['nodes'][number] {
  const known = Object.keys(request.roleCounts);
  const now = rolesAt(request.roleCounts, node.ordinal);
  return { ...node, roles: known.filter((role) => [...node.roles, ...now].includes(role)) };
}

function sizeOfRound({ request }: Cluster, snapshot: ClusterSnapshot): number | null {
  return nextSize(snapshot.nodes.length, request.count, {
    phases: request.composition.phases,
    roleCounts: request.roleCounts,
    voters: ({ service, component }) => {
      const members = snapshot.formed[service?.name ?? ''];
      const founders = snapshot.recorded.components[component.recipe.name]?.founders;
      return (members ?? founders)?.length ?? null;
    },
  });
}

function cannotShrink({ name, request, commandFor }: Cluster, current: number): UsageError {
  const message = `${name} has ${current} nodes and cannot become ${request.count}: shrinking is not supported`;
  return new UsageError('cannot-shrink', message, {
    hint: `Keep ${current}, or destroy it and create it anew: ${commandFor('destroy')}`,
  });
}

function cannotGrow({ name, request }: Cluster, current: number): UsageError {
  const message = `${name} has ${current} ${current === 1 ? 'node' : 'nodes'} and cannot become ${request.count}`;
  return new UsageError('cannot-grow', message, {
    hint: `Nodes that join without data must never outvote those that have it, so an ensemble of ${current} cannot grow. Create a new one of ${request.count} under another --name, and copy the data over.`,
  });
}
