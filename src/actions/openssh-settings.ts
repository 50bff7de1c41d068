import { homedir } from 'node:os';
import { quoteAll } from '../node/quote.ts';
import { bastionName } from './bastion-key.ts';
import { usualKnownHosts } from './known-hosts.ts';
import type { Place } from './open-place.ts';
import type { Login, WayIn } from './way-in.ts';

/** How long a host may take for its part of the handshake; without a limit that is as long as TCP goes on trying. */
const connectTimeoutSeconds = 10;

/** Keywords of ssh_config with their values, in order; a keyword may come more than once. */
export type SshSettings = readonly (readonly [keyword: string, value: string])[];

type State = Pick<Place['state'], 'hostKeys'>;

/** How OpenSSH logs in to a machine, which is known by the keys that are pinned for it and no others. */
export function machineSettings({ hostKeys }: State, machineId: string, login: Login): SshSettings {
  return [
    ...loginSettings(login),
    ['UserKnownHostsFile', quoted(hostKeys.file)],
    ['GlobalKnownHostsFile', '/dev/null'],
    ['HostKeyAlias', machineId],
    ['StrictHostKeyChecking', 'yes'],
  ];
}

/** How OpenSSH logs in to a host on the way, which is pinned or the user knows. */
export function bastionSettings({ hostKeys }: State, hop: Login): SshSettings {
  const known = hop.knownHostsFiles.length > 0 ? hop.knownHostsFiles : usualKnownHosts(homedir());
  return [
    ...loginSettings(hop),
    ['UserKnownHostsFile', [hostKeys.file, ...known].map(quoted).join(' ')],
    ['HostKeyAlias', bastionName(hop)],
    ['StrictHostKeyChecking', 'yes'],
  ];
}

/** The settings as arguments of the ssh program, without and with the hosts on the way. */
export function sshArguments(
  state: State,
  settings: SshSettings,
  hops: WayIn['hops'],
): readonly string[] {
  const proxy = proxyCommand(state, hops);
  const all = proxy === undefined ? settings : [...settings, ['ProxyCommand', proxy] as const];
  return all.flatMap(([keyword, value]) => ['-o', `${keyword}=${value}`]);
}

/** The command that OpenSSH reaches a host with through others: the last of them, which is reached the same way. */
function proxyCommand(state: State, hops: WayIn['hops']): string | undefined {
  const hop = hops.at(-1);
  if (hop === undefined) return undefined;
  const options = sshArguments(state, bastionSettings(state, hop), hops.slice(0, -1));
  const words = quoteAll(['ssh', ...options]).replaceAll('%', '%%');
  return `${words} -W '[%h]:%p' ${quoteAll([hop.address]).replaceAll('%', '%%')}`;
}

function loginSettings({ port, username, keyFiles, onlyThese, agent }: Login): SshSettings {
  return [
    ['User', username],
    ['Port', String(port)],
    ...keyFiles.map((file) => ['IdentityFile', quoted(file)] as const),
    // Else OpenSSH would try the usual ones.
    ...(keyFiles.length === 0 ? [['IdentityFile', 'none'] as const] : []),
    ...(onlyThese ? [['IdentitiesOnly', 'yes'] as const] : []),
    ...(agent === undefined ? [] : [['IdentityAgent', quoted(agent)] as const]),
    ['ConnectTimeout', String(connectTimeoutSeconds)],
  ];
}

/**
 * A path as OpenSSH reads it: in quotes, since it may hold spaces, and with `%`, which begins a token, doubled.
 * @see ssh_config(5)
 */
function quoted(path: string): string {
  return `"${path.replaceAll('%', '%%')}"`;
}
