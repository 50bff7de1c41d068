import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { homedir, userInfo } from 'node:os';
import type { OwnHost } from '../config/profile.ts';
import { DeployerError } from '../errors.ts';
import type { AskOptions } from '../node/ask.ts';
import { claimHost, reportHost } from '../node/claim.ts';
import { leaveHost } from '../node/leave.ts';
import type { MachineLogin } from '../providers/provider.ts';
import type { Host } from '../providers/static/host.ts';
import { startDeadline } from '../remote/deadline.ts';
import type { Remote } from '../remote/remote.ts';
import { loadSshConfig } from '../ssh-config/config-files.ts';
import { loginOf, type RoutedLogin } from '../ssh-config/login-of.ts';
import type { SshDirective } from '../ssh-config/ssh-config.ts';
import { type Doors, targetOf } from './connect-target.ts';
import type { ActionContext } from './context.ts';
import { fromConfig } from './from-config.ts';
import type { RememberedCluster } from './open-place.ts';
import { openSharedConnections, type SharedConnections } from './shared-connections.ts';
import { wayToOwn } from './way-in.ts';

/** How long a machine may take to say whose it is, in milliseconds. */
const lookMs = 5_000;

/** What a machine that was left still has of a cluster. */
export interface KeptData {
  /** As the profile names it. */
  readonly host: string;
  readonly folders: readonly string[];
}

/** The machines of a profile that were there before. */
export interface OwnHosts {
  readonly list: readonly Host[];
  readonly connections: SharedConnections;
  /** How machines are left; what stays on them is added here. */
  readonly leaving: { purgeData: boolean; readonly kept: KeptData[] };
}

/**
 * The machines that the profile names, and those that the cluster is remembered to have besides.
 * @throws {UsageError} `bad-ssh-config`
 */
export async function openOwnHosts(
  { request, snapshot, state }: Pick<RememberedCluster, 'request' | 'snapshot' | 'state'>,
  bastions: Doors['bastions'],
  context: ActionContext,
): Promise<OwnHosts> {
  const { profile } = request;
  const directives = await loadSshConfig(homedir());
  const names = new Set(profile.hosts.map(idOf));
  const ids = snapshot?.nodes.flatMap(({ instanceId }) => instanceId ?? []) ?? [];
  const unlisted = ids.filter((id) => !names.has(id)).map(fromId);
  const connections = openSharedConnections();
  const leaving: OwnHosts['leaving'] = { purgeData: false, kept: [] };
  const doors: Doors = {
    ...{ request, state, bastions },
    provider: { dialing: 'gentle', consoleOutput: async () => '' },
  };
  const open = async (own: OwnHost, isListed: boolean) => {
    const routed = routedLogin(own, request, directives, context);
    tellUnsupported(own, routed, context);
    const { unsupported: _, ...login } = routed;
    const places = { id: idOf(own), login, zone: own.zone ?? '', isListed };
    const address = own.privateAddress ?? (await numeric(login.address));
    const publicAddress = own.privateAddress === undefined ? undefined : login.address;
    const reached = { connections, doors, leaving };
    return { ...places, address, publicAddress, ...hostCalls(places, reached, context) };
  };
  const list = await Promise.all([
    ...profile.hosts.map((own) => open(own, true)),
    ...unlisted.map((own) => open(own, false)),
  ]);
  return { list, connections, leaving };
}

/** As the profile names the machine: its address, with the port where that is not the usual one. */
function idOf({ address, port = 22 }: OwnHost): string {
  return port === 22 ? address : `${address}:${port}`;
}

function fromId(id: string): OwnHost {
  const [, address = id, port] = /^(.+):(\d+)$/.exec(id) ?? [];
  return { address, ...(port !== undefined && { port: Number(port) }) };
}

function routedLogin(
  { address, port, username, key }: OwnHost,
  { profile, configFile }: RememberedCluster['request'],
  directives: readonly SshDirective[],
  { env }: ActionContext,
): RoutedLogin {
  const user = { name: userInfo().username, home: homedir(), agent: env['SSH_AUTH_SOCK'] };
  const wish = {
    ...{ host: address, port, username: username ?? profile.username },
    key: key === undefined ? undefined : fromConfig(key, configFile),
  };
  const { via } = profile;
  const jump = via && {
    ...via,
    key: via.key === undefined ? undefined : fromConfig(via.key, configFile),
  };
  return loginOf(wish, jump, directives, user);
}

/** What ~/.ssh/config says and we do not follow matters only where it is about a host of ours. */
function tellUnsupported(
  { address }: OwnHost,
  { unsupported }: RoutedLogin,
  { emit }: ActionContext,
): void {
  if (unsupported.length === 0) return;
  const message = `${address}: ${unsupported.join(', ')} of ~/.ssh/config is not followed`;
  const hint = 'If it cannot be reached without, say in the profile how: address, port, via, key.';
  emit({ type: 'notice', level: 'warning', message, hint });
}

/** Services want addresses, not names; a name that nothing is known of stays. */
async function numeric(name: string): Promise<string> {
  if (isIP(name) !== 0) return name;
  const found = await lookup(name, { family: 4 }).catch(() => undefined);
  return found?.address ?? name;
}

interface Reaching extends Pick<OwnHosts, 'connections' | 'leaving'> {
  readonly doors: Doors;
}

function hostCalls(
  { id, login }: { readonly id: string; readonly login: MachineLogin },
  { connections, doors, leaving }: Reaching,
  context: ActionContext,
): Pick<Host, 'look' | 'claim' | 'leave'> {
  const { clock, signal } = context;
  // Whether a key is trusted at first sight is told when the machine becomes one of the cluster.
  const quiet = { ...context, emit: () => {} };
  const target = targetOf(
    doors,
    { name: id, machineId: id },
    wayToOwn(login),
    { timeoutMs: lookMs, pins: false },
    quiet,
  );
  const reach = () => connections.to(id, target, { clock, signal });
  const asking: AskOptions = { clock, signal };
  return {
    look: async () => {
      const remote = await reach();
      const { claim, identity, facts } = await soon(remote, context, (options) =>
        reportHost(remote, options),
      );
      const worksFor = identity && { uid: identity.uid, cluster: identity.cluster };
      const { memoryMib, cpus } = facts;
      return { claim, worksFor, figures: { memoryMib, cpus } };
    },
    claim: async (claim) => claimHost(await reach(), { version: 1, ...claim }, asking),
    leave: async (uid) => {
      const { purgeData } = leaving;
      const { kept } = await leaveHost(await reach(), { uid, purgeData }, asking);
      if (kept.length > 0) leaving.kept.push({ host: id, folders: kept });
    },
  };
}

/** What a machine answers within the time for a look. */
async function soon<T>(
  remote: Remote,
  { clock, signal }: ActionContext,
  question: (options: AskOptions) => Promise<T>,
): Promise<T> {
  const deadline = startDeadline(lookMs, clock, signal);
  try {
    return await question({ clock, signal: deadline.signal });
  } catch (error) {
    signal.throwIfAborted();
    if (deadline.expired) throw noAnswer(remote.node);
    throw error;
  } finally {
    deadline.clear();
  }
}

function noAnswer(host: string): DeployerError {
  const message = `${host}: connected, but no answer within ${lookMs / 1_000} s`;
  return new DeployerError('ssh-silent', message, { retryable: true });
}
