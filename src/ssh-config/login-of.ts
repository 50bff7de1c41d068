import { type HostSettings, hostSettings } from './host-settings.ts';
import type { SshDirective } from './ssh-config.ts';

/** What a profile says of a host; what it leaves out the ssh_config may say. */
export interface HostWish {
  /** Address, name or alias. */
  readonly host: string;
  readonly port?: number | undefined;
  readonly username?: string | undefined;
  /** File of its private key. */
  readonly key?: string | undefined;
}

/** What a host is reached with, everything said. */
export interface HostLogin {
  readonly address: string;
  readonly port: number;
  readonly username: string;
  /** Files of private keys that are to be tried, in order; some of them may not exist. */
  readonly keyFiles: readonly string[];
  /** Whether a key was asked for by name, so that no other one is to be tried, not even an agent's. */
  readonly onlyThese: boolean;
  /** Socket of the agent to ask; undefined when there is none, or none is to be asked. */
  readonly agent: string | undefined;
  /** Names under which known_hosts may have it. */
  readonly names: readonly string[];
  /** The ssh_config's own known_hosts files; empty for the usual ones. */
  readonly knownHostsFiles: readonly string[];
  /** What the ssh_config says of it and is not followed. */
  readonly unsupported: readonly string[];
}

/** A host's login and those of the hosts on the way, the first one first. */
export interface RoutedLogin extends HostLogin {
  readonly via: readonly HostLogin[];
}

/** Who asks, and from where. */
export interface SshUser {
  /** The user's name on this computer. */
  readonly name: string;
  readonly home: string;
  /** SSH_AUTH_SOCK. */
  readonly agent: string | undefined;
}

/** The keys that OpenSSH tries where nothing else is said. */
const usualKeys = ['id_rsa', 'id_ecdsa', 'id_ed25519'];

/**
 * How to log in to a host: what is wished for, then what the ssh_config says, then what OpenSSH would do.
 * @param via what is wished of the host on the way; where undefined the ssh_config's ProxyJump counts
 */
export function loginOf(
  wish: HostWish,
  via: HostWish | undefined,
  directives: readonly SshDirective[],
  user: SshUser,
): RoutedLogin {
  const settings = hostSettings(directives, wish.host);
  const jumps: readonly HostWish[] = via === undefined ? (settings.proxyJump ?? []) : [via];
  const host = hostLogin(wish, settings, user);
  // What stands in a jump's own section counts for it, but for a further jump.
  const route = jumps.map((jump) => hostLogin(jump, hostSettings(directives, jump.host), user));
  return { ...host, via: route };
}

function hostLogin(wish: HostWish, settings: HostSettings, user: SshUser): HostLogin {
  const address = settings.hostName?.replace(/%([%h])/g, (_, token) =>
    token === '%' ? '%' : wish.host,
  );
  const port = wish.port ?? settings.port ?? 22;
  const username = wish.username ?? settings.user ?? user.name;
  const tokens: Tokens = {
    ...{ '%': '%', d: user.home, u: user.name, r: username, p: String(port) },
    ...{ n: wish.host, h: address ?? wish.host },
  };
  const path = (text: string) => expandPath(text, tokens);
  const said = wish.key === undefined ? settings.identityFiles : [wish.key];
  const usual = usualKeys.map((name) => `${user.home}/.ssh/${name}`);
  const onlyThese = wish.key !== undefined || settings.identitiesOnly;
  return {
    ...{ address: address ?? wish.host, port, username },
    keyFiles: said.length === 0 ? usual : said.map(path),
    onlyThese,
    agent: agentOf(settings.identityAgent, user, path),
    names: [settings.hostKeyAlias ?? address ?? wish.host],
    knownHostsFiles: settings.userKnownHostsFiles.map(path),
    unsupported: settings.unsupported,
  };
}

function agentOf(
  said: string | undefined,
  { agent }: SshUser,
  path: (text: string) => string,
): string | undefined {
  const usual = [undefined, 'SSH_AUTH_SOCK', '$SSH_AUTH_SOCK'];
  if (usual.includes(said) || said === undefined) return agent === '' ? undefined : agent;
  return said === 'none' || said.startsWith('$') ? undefined : path(said);
}

type Tokens = Readonly<Record<string, string>>;

/** A path with `~` and the tokens that OpenSSH fills in; an unknown token stays. */
function expandPath(text: string, tokens: Tokens): string {
  const filled = text.replace(/%(.)/g, (whole, token) => tokens[token] ?? whole);
  const home = tokens['d'] ?? '';
  return filled === '~' || filled.startsWith('~/') ? `${home}${filled.slice(1)}` : filled;
}
