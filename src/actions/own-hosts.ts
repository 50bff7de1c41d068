import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { homedir, userInfo } from 'node:os';
import type { OwnHost } from '../config/profile.ts';
import { loadSshConfig } from '../ssh-config/config-files.ts';
import { hostWord } from '../ssh-config/known-hosts.ts';
import { loginOf, type RoutedLogin } from '../ssh-config/login-of.ts';
import type { SshDirective } from '../ssh-config/ssh-config.ts';
import type { Doors } from './connect-target.ts';
import type { ActionContext } from './context.ts';
import { fromConfig } from './from-config.ts';
import { hostCalls, type Leaving, type ReachableHost } from './host-calls.ts';
import type { Place } from './open-place.ts';
import { openSharedConnections, type SharedConnections } from './shared-connections.ts';

/** The machines of a profile that were there before. */
export interface OwnHosts {
  readonly list: readonly ReachableHost[];
  readonly connections: SharedConnections;
  /** How machines are left; what stays on them is added here. */
  readonly leaving: Leaving;
}

/**
 * The machines that the profile names, and those that the cluster is remembered to have besides.
 * @throws {UsageError} `bad-ssh-config`, `ssh-jump-loop`
 */
export async function openOwnHosts(
  {
    snapshot,
    ...seen
  }: Pick<Doors, 'request' | 'state' | 'told' | 'bastions'> & Pick<Place, 'snapshot'>,
  context: ActionContext,
): Promise<OwnHosts> {
  const { request, state, told, bastions } = seen;
  const { profile } = request;
  const directives = await loadSshConfig(homedir());
  const names = new Set(profile.hosts.map(idOf));
  const ids = snapshot?.nodes.flatMap(({ instanceId }) => instanceId ?? []) ?? [];
  const unlisted = ids.filter((id) => !names.has(id)).map(fromId);
  const connections = openSharedConnections();
  const leaving: Leaving = { purgeData: false, kept: [] };
  const doors: Doors = {
    ...{ request, state, told, bastions },
    provider: { dialing: 'gentle', consoleOutput: async () => '' },
  };
  const unfollowed = new Set<string>();
  const open = async (own: OwnHost, isListed: boolean) => {
    const routed = routedLogin(own, request, directives, context);
    for (const each of unfollowedOn(own, routed)) unfollowed.add(each);
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
  for (const message of unfollowed) tellUnfollowed(message, context);
  return { list, connections, leaving };
}

/** As the profile names the machine: its address, with the port where that is not the usual one. */
function idOf({ address, port = 22 }: OwnHost): string {
  return hostWord(address, port);
}

function fromId(id: string): OwnHost {
  const [, address = id, port] = /^\[(.+)\]:(\d+)$/.exec(id) ?? [];
  return { address, ...(port !== undefined && { port: Number(port) }) };
}

function routedLogin(
  { address, port, username, key }: OwnHost,
  { profile, configFile }: Doors['request'],
  directives: readonly SshDirective[],
  { env }: ActionContext,
): RoutedLogin {
  const user = { name: userInfo().username, home: homedir(), env };
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

/** What ~/.ssh/config says and we do not follow matters only where it is about a host of ours, or one on the way to it. */
function unfollowedOn({ address }: OwnHost, { unsupported, via }: RoutedLogin): readonly string[] {
  const hosts = [{ address, unsupported }, ...via].filter((host) => host.unsupported.length > 0);
  return hosts.map(
    (host) => `${host.address}: ${host.unsupported.join(', ')} of ~/.ssh/config is not followed`,
  );
}

function tellUnfollowed(message: string, { emit }: ActionContext): void {
  const hint = 'If it cannot be reached without, say in the profile how: address, port, via, key.';
  emit({ type: 'notice', level: 'warning', message, hint });
}

/** Services want addresses, not names; a name that nothing is known of stays. */
async function numeric(name: string): Promise<string> {
  if (isIP(name) !== 0) return name;
  const found = await lookup(name, { family: 4 }).catch(() => undefined);
  return found?.address ?? name;
}
