import { randomUUID } from 'node:crypto';
import { DeployerError, UsageError } from '../errors.ts';
import type { ClusterSnapshot } from '../state/cluster-snapshot.ts';
import { commandFor } from './command-for.ts';
import type { WishRequest } from './context.ts';
import type { Cluster } from './open-cluster.ts';
import type { Run } from './run.ts';

/**
 * What is to be remembered of the cluster once the wish is applied: for a new cluster its identity and nodes, for an
 * existing one what changes. Nothing is written yet.
 * @throws {UsageError} when the wish does not fit the cluster that exists
 * @throws {DeployerError} `state-lost` when machines of this cluster run but nothing is remembered of them
 */
export async function wishedSnapshot(run: Run, request: WishRequest): Promise<ClusterSnapshot> {
  const { cluster, snapshot, context } = run;
  if (snapshot === null) {
    const uids = await cluster.provider.discover(cluster.name);
    if (uids.length > 0) throw stateLost(cluster);
    return newSnapshot(cluster, context.clock.now());
  }
  assertSameCount(cluster, snapshot, request.count);
  const params = rememberedParams(cluster);
  return { ...snapshot, request: { ...snapshot.request, params } };
}

/** What is remembered of a cluster that does not exist yet: its identity and the nodes wished for. */
export function newSnapshot(cluster: Cluster, nowMs: number): ClusterSnapshot {
  const { name, request, provider } = cluster;
  const { count: total } = request;
  const ordinals = Array.from({ length: total }, (_, index) => index + 1);
  return {
    version: 1,
    serial: 1,
    uid: randomUUID(),
    cluster: name,
    recipe: request.recipe.name,
    profile: request.profileName,
    cloud: provider.cloud,
    createdAt: new Date(nowMs).toISOString(),
    request: { count: total, params: rememberedParams(cluster) },
    nodes: ordinals.map((ordinal) => ({
      ordinal,
      incarnation: 1,
      roles: Object.keys(request.roleCounts).filter(
        (role) => ordinal <= (request.roleCounts[role] ?? 0),
      ),
      instanceId: null,
    })),
    recorded: {},
    formed: [],
  };
}

/** What was set by name, now or before; lists are copied, since what is remembered is plain data of its own. */
function rememberedParams({ request }: Cluster): ClusterSnapshot['request']['params'] {
  const entries = [...request.asked.params].map(([name, value]) => [
    name,
    typeof value === 'object' ? [...value] : value,
  ]);
  return Object.fromEntries(entries);
}

function assertSameCount({ name }: Cluster, snapshot: ClusterSnapshot, count?: number): void {
  const current = snapshot.request.count;
  if (count === undefined || count === current) return;
  throw new UsageError('count-fixed', `${name} has ${current} nodes and cannot become ${count}`, {
    hint: `Changing the size of an existing cluster is not supported yet: keep ${current}, or destroy it and create it anew.`,
  });
}

function stateLost({ name, request }: Cluster): DeployerError {
  return new DeployerError(
    'state-lost',
    `machines of ${name} run, but their state folder is gone`,
    {
      hint: `Restore the state folder, or remove them: ${commandFor(request, 'destroy')}`,
    },
  );
}
