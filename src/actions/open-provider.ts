import { dirname } from 'node:path';
import type { Credentials } from '../config/profile.ts';
import { readSecret } from '../config/read-secret.ts';
import type { ResolvedProfile } from '../config/request.ts';
import { UsageError } from '../errors.ts';
import { openCapabilities } from '../providers/ec2/capability-source.ts';
import { type AccessKeys, type Ec2Access, openEc2Api } from '../providers/ec2/ec2-api.ts';
import { createEc2Provider } from '../providers/ec2/ec2-provider.ts';
import type { Provider } from '../providers/provider.ts';
import { createStaticProvider } from '../providers/static/static-provider.ts';
import type { ClusterSnapshot } from '../state/cluster-snapshot.ts';
import type { ActionContext } from './context.ts';
import { endpointOf } from './endpoint.ts';
import { openLocalProvider } from './local-provider.ts';
import type { OwnHosts } from './own-hosts.ts';
import { renewingProvider } from './renewing-provider.ts';
import { cacheOf } from './settle-artifacts.ts';

type Ec2Credentials = Extract<Credentials, { kind: 'ec2' }>;

/**
 * The provider that a request's credentials lead to. Nothing is launched or installed by opening it.
 * @param setup whether missing programs of the local cloud may be installed on this computer
 */
export async function openProvider(
  { credentials, stateRoot, configFile }: ResolvedProfile,
  setup: boolean,
  context: ActionContext,
): Promise<Provider> {
  if (credentials.kind === 'local') return openLocalProvider(stateRoot, setup, context);
  if (credentials.kind === 'static') {
    const message = 'machines of your own are asked about as part of a cluster';
    throw new UsageError('no-such-provider', message);
  }
  const open = async () => openEc2Provider(credentials, dirname(configFile), context);
  return renewingProvider(await open(), open, context);
}

async function openEc2Provider(
  credentials: Ec2Credentials,
  folder: string,
  context: ActionContext,
): Promise<Provider> {
  const { clock, signal, emit } = context;
  const onThrottle = (message: string) => emit({ type: 'notice', level: 'warning', message });
  const access = ec2Access(credentials, folder, context);
  const api = await openEc2Api(access, { clock, signal, onThrottle });
  const { region } = credentials;
  const endpoint = endpointOf(credentials, context.env);
  const cloud = [region, endpoint].filter((word) => word !== undefined).join(' ');
  const capabilities = openCapabilities(api, cacheOf(context));
  return createEc2Provider(api, capabilities, { cloud, dialing: 'gentle', pollMs: 1_000 });
}

/** Machines that were there before, and what is remembered of the cluster that is on some of them. */
export function openStaticProvider(
  { list }: OwnHosts,
  snapshot: ClusterSnapshot | null,
  { clock, emit }: ActionContext,
): Provider {
  const remembered = snapshot?.nodes.flatMap(({ instanceId: id, ordinal, incarnation }) =>
    id === null ? [] : [{ uid: snapshot.uid, id, ordinal, incarnation }],
  );
  return createStaticProvider(list, {
    remembered: remembered ?? [],
    now: () => clock.now(),
    monotonicMs: () => clock.monotonicMs(),
    warn: (message) => emit({ type: 'notice', level: 'warning', message }),
  });
}

function ec2Access(
  from: Ec2Credentials,
  folder: string,
  { env, signal }: ActionContext,
): Ec2Access {
  const { region, awsProfile, accessKey, secretKey, sessionToken } = from;
  const endpoint = endpointOf(from, env);
  const sources = { env: { ...env }, folder, signal };
  const place = {
    // The SDK insists on a region; a cloud that is named by its endpoint has none to speak of.
    region: region ?? 'default',
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(awsProfile === undefined ? {} : { profile: awsProfile }),
  };
  if (accessKey === undefined || secretKey === undefined) return place;
  const credentials = async (): Promise<AccessKeys> => {
    const keys = {
      accessKeyId: await readSecret(accessKey, sources),
      secretAccessKey: await readSecret(secretKey, sources),
    };
    if (sessionToken === undefined) return keys;
    return { ...keys, sessionToken: await readSecret(sessionToken, sources) };
  };
  return { ...place, credentials };
}
