import type { ResolvedProfile } from '../config/request.ts';
import type { Provider } from '../providers/provider.ts';
import { type Bastions, openBastions } from '../remote/bastions.ts';
import type { ClusterSnapshot } from '../state/cluster-snapshot.ts';
import type { HostKeys } from '../state/host-keys.ts';
import type { ActionContext } from './context.ts';
import type { Keeper } from './host-key.ts';
import { openProvider, openStaticProvider } from './open-provider.ts';
import { type OwnHosts, openOwnHosts } from './own-hosts.ts';

/** Where a profile leads to, whichever cluster is there. Disposing it ends all connections. */
export interface Cloud extends AsyncDisposable {
  readonly provider: Provider;
  /** The machines that were there before; null on a cloud. */
  readonly hosts: OwnHosts | null;
  /** The hosts on the way that were connected to so far. */
  readonly bastions: Bastions;
  /** What was told of keys that are trusted at first sight, which is told once. */
  readonly told: Set<string>;
}

/** No cluster, no pins: what is trusted at first sight is trusted for this once. */
const forgetful: HostKeys = {
  file: '/dev/null',
  accepted: async () => [],
  pinned: async () => null,
  pin: async () => {},
  pinNext: async () => {},
  settle: async () => {},
  forget: async () => {},
  launches: async () => new Set(),
};

/** Opens what a profile leads to for a look that is about no cluster, or about all of them. */
export function openCloud(request: ResolvedProfile, context: ActionContext): Promise<Cloud> {
  const known = { request, snapshot: null, state: { hostKeys: forgetful } };
  return openCloudOf(known, false, context);
}

/**
 * Opens what a cluster's profile leads to.
 * @param setup whether missing programs of the local cloud may be installed on this computer
 */
export async function openCloudOf(
  known: Pick<Keeper, 'state'> & {
    readonly request: ResolvedProfile;
    /** Null where nothing is remembered. */
    readonly snapshot: ClusterSnapshot | null;
  },
  setup: boolean,
  context: ActionContext,
): Promise<Cloud> {
  const { request, snapshot } = known;
  const bastions = openBastions(context);
  const told = new Set<string>();
  const isStatic = request.credentials.kind === 'static';
  const hosts = isStatic ? await openOwnHosts({ ...known, told, bastions }, context) : null;
  const provider =
    hosts === null
      ? await openProvider(request, setup, context)
      : openStaticProvider(hosts, snapshot, context);
  return {
    ...{ provider, hosts, bastions, told },
    [Symbol.asyncDispose]: async () => {
      await hosts?.connections.close();
      await bastions.close();
    },
  };
}
