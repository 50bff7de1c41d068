import type { ResolvedProfile } from '../config/request.ts';
import type { Provider } from '../providers/provider.ts';
import { openBastions } from '../remote/bastions.ts';
import type { HostKeys } from '../state/host-keys.ts';
import type { ActionContext } from './context.ts';
import { openProvider, openStaticProvider } from './open-provider.ts';
import { type OwnHosts, openOwnHosts } from './own-hosts.ts';

/** Where a profile leads to, whichever cluster is there. Disposing it ends all connections. */
export interface Cloud extends AsyncDisposable {
  readonly provider: Provider;
  /** The machines that were there before; null on a cloud. */
  readonly hosts: OwnHosts | null;
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
export async function openCloud(request: ResolvedProfile, context: ActionContext): Promise<Cloud> {
  const bastions = openBastions(context);
  const state = { hostKeys: forgetful };
  const seen = { request, snapshot: null, state, told: new Set<string>(), bastions };
  const isStatic = request.credentials.kind === 'static';
  const hosts = isStatic ? await openOwnHosts(seen, context) : null;
  const provider =
    hosts === null
      ? await openProvider(request, false, context)
      : openStaticProvider(hosts, null, context);
  return {
    ...{ provider, hosts },
    [Symbol.asyncDispose]: async () => {
      await hosts?.connections.close();
      await bastions.close();
    },
  };
}
