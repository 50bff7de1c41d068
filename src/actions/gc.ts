import { basename } from 'node:path';
import { resolveProfile } from '../config/request.ts';
import { DeployerError, UsageError } from '../errors.ts';
import type { Owned } from '../providers/provider.ts';
import { listClusters, openClusterState } from '../state/cluster-state.ts';
import type { ActionContext, WorkspaceRequest } from './context.ts';
import { deleteClusters } from './delete-clusters.ts';
import { openCloud } from './open-cloud.ts';
import { requestDeps } from './surroundings.ts';

/** Where to look for what nobody owns any more. */
export interface GcRequest extends WorkspaceRequest {
  readonly profile: string | undefined;
  /** Only this cluster's; every ownerless one's when undefined. */
  readonly cluster: string | undefined;
  /** Only what is at least so old, in milliseconds. */
  readonly olderThanMs: number | undefined;
  /** Whether it is deleted, and not only shown. */
  readonly yes: boolean;
}

/** A cluster of which there is something at the cloud and nothing in the state folder. */
export interface Ownerless {
  readonly cluster: string;
  readonly uid: string;
  /** Milliseconds since the youngest of its things was made; null where the cloud does not say. */
  readonly ageMs: number | null;
  readonly resources: readonly {
    readonly kind: string;
    readonly id: string;
    readonly state: string;
  }[];
}

/** What was found, and what was done about it. */
export interface GcResult {
  readonly cloud: string;
  readonly account: string | null;
  readonly ownerless: readonly Ownerless[];
  /** Uids of the clusters whose things were deleted. */
  readonly deleted: readonly string[];
}

/**
 * Everything at the profile's cloud that is tagged as ours and belongs to no cluster of the state folder. It may belong
 * to one of another state folder or of another computer, so it is deleted only where an age is given and confirmed.
 * @throws {UsageError} `needs-age` when something is to be deleted whatever its age
 * @throws {DeployerError} what the first cluster that could not be deleted failed with; all others are deleted
 */
export async function gc(request: GcRequest, context: ActionContext): Promise<GcResult> {
  const { profile, state, config: configFile, yes, olderThanMs } = request;
  if (yes && olderThanMs === undefined) throw needsAge();
  const resolved = await resolveProfile({ profile, state, configFile }, requestDeps(context));
  await using cloud = await openCloud(resolved, context);
  const { provider } = cloud;
  const owned = await provider.owned();
  // What is remembered is read last: whoever makes a cluster meanwhile has remembered it before the cloud shows any of it.
  const known = await knownUids(resolved.stateRoot, context);
  const unknown = owned.filter(({ cluster }) => !known.has(cluster.uid));
  const ownerless = ownerlessAmong(unknown, context.clock.now())
    .filter(({ cluster }) => request.cluster === undefined || cluster === request.cluster)
    .filter(({ ageMs }) => ageMs === null || ageMs >= (olderThanMs ?? 0));
  // What does not tell its age may be another's, made just now.
  const doomed = ownerless.flatMap(({ uid, cluster: name, ageMs }) =>
    ageMs === null ? [] : [{ uid, name }],
  );
  const deleted = yes ? await deleteClusters(doomed, provider, context) : [];
  return { cloud: provider.cloud, account: await provider.account(), ownerless, deleted };
}

function needsAge(): UsageError {
  return new UsageError('needs-age', 'what is to be deleted must have an age', {
    hint: 'Say --older-than 24h: a cluster that somebody else is just making has no owner here either.',
  });
}

/**
 * The uids of the clusters that are remembered here.
 * @throws {DeployerError} when the snapshot of one cannot be read: then nobody knows what it owns
 */
async function knownUids(root: string, { clock }: ActionContext): Promise<ReadonlySet<string>> {
  const uids = new Set<string>();
  for (const cluster of await listClusters(root)) {
    const { snapshot } = await openClusterState({ root, cluster, clock }).snapshot.read();
    if (snapshot === null) {
      throw new DeployerError('state-lost', `it is not known what ${cluster} owns`, {
        hint: `Restore its snapshot in ${basename(root)}/${cluster}, or destroy it first.`,
      });
    }
    uids.add(snapshot.uid);
  }
  return uids;
}

function ownerlessAmong(owned: readonly Owned[], nowMs: number): readonly Ownerless[] {
  const byUid = new Map<string, Owned[]>();
  for (const thing of owned) {
    byUid.set(thing.cluster.uid, [...(byUid.get(thing.cluster.uid) ?? []), thing]);
  }
  return [...byUid].map(([uid, things]) => {
    const ages = things.flatMap(({ createdAtMs }) =>
      createdAtMs === null ? [] : [nowMs - createdAtMs],
    );
    return {
      cluster: things[0]?.cluster.name ?? '',
      uid,
      ageMs: ages.length === 0 ? null : Math.min(...ages),
      resources: things.map(({ kind, id, state }) => ({ kind, id, state })),
    };
  });
}
