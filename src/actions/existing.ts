import { DeployerError } from '../errors.ts';
import type { Machine } from '../providers/provider.ts';
import type { ClusterSnapshot } from '../state/cluster-snapshot.ts';
import type { ActionContext } from './context.ts';
import type { Cluster } from './open-cluster.ts';
import { rolesAt } from './roles-at.ts';

/**
 * What is known of a cluster that must exist: what is remembered, or where the state was lost what its machines' tags
 * tell.
 * @throws {DeployerError} `no-such-cluster` when there is neither
 */
export async function existing(
  cluster: Cluster,
  { emit }: ActionContext,
): Promise<ClusterSnapshot> {
  const { name, snapshot, provider, state } = cluster;
  if (snapshot !== null) return snapshot;
  const [uid] = await provider.discover(name);
  if (uid === undefined) throw noSuchCluster(name);
  const message = `the state of ${name} is not in ${state.folder}; this is what the tags of its machines tell`;
  emit({ type: 'notice', level: 'warning', message });
  return fromTags(cluster, uid, await provider.describe(uid));
}

/** The error of a verb that is about a cluster which does not exist. */
export function noSuchCluster(name: string): DeployerError {
  return new DeployerError('no-such-cluster', `there is no cluster "${name}"`, {
    hint: '`deployer list` shows what there is, `deployer RECIPE` makes it.',
  });
}

/** The error of a verb that needs what was remembered of a cluster whose machines are still there. */
export function stateLost({
  name,
  commandFor,
}: Pick<Cluster, 'name' | 'commandFor'>): DeployerError {
  return new DeployerError(
    'state-lost',
    `machines of ${name} run, but their state folder is gone`,
    {
      hint: `Restore the state folder, or remove them: ${commandFor('destroy')}`,
    },
  );
}

function fromTags(
  { name, request, provider }: Cluster,
  uid: string,
  machines: readonly Machine[],
): ClusterSnapshot {
  const ordinals = [...new Set(machines.map(({ ordinal }) => ordinal))].toSorted((a, b) => a - b);
  return {
    version: 1,
    serial: 1,
    uid,
    cluster: name,
    recipe: request.recipe.name,
    profile: request.profileName,
    cloud: provider.cloud,
    createdAt: new Date(0).toISOString(),
    request: { count: ordinals.length, params: {} },
    questions: {},
    unfinished: false,
    nodes: ordinals.map((ordinal) => ({
      ordinal,
      incarnation: 1,
      roles: rolesAt(request.roleCounts, ordinal),
      instanceId: null,
    })),
    recorded: { components: {}, fixed: {} },
    formed: {},
  };
}
