import { UsageError } from '../errors.ts';
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
  /** What `${NAME}` stands for; SSH_AUTH_SOCK is the usual agent. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** The keys that OpenSSH tries where nothing else is said. */
const usualKeys = ['id_rsa', 'id_ecdsa', 'id_ed25519'];

/**
 * How to log in to a host: what is wished for, then what the ssh_config says, then what OpenSSH would do.
 * @param via what is wished of the host on the way; where undefined the ssh_config's ProxyJump counts
 * @throws {UsageError} `ssh-jump-loop` where the way to a host leads through itself
 */
export function loginOf(
  wish: HostWish,
  via: HostWish | undefined,
  directives: readonly SshDirective[],
  user: SshUser,
): RoutedLogin {
  const settings = hostSettings(directives, wish.host);
  const jumps: readonly HostWish[] = via === undefined ? (settings.proxyJump ?? []) : [via];
  const { unsupported, ...host } = hostLogin(wish, settings, user);
  return {
    ...host,
    // Who says the way needs no command for it.
    unsupported: via === undefined ? unsupported : withoutCommand(unsupported),
    via: routeOf(jumps, [wish.host], directives, user),
  };
}

/** As OpenSSH does it: the first of the jumps may itself be reached through others, the next ones are reached from it. */
function routeOf(
  jumps: readonly HostWish[],
  behind: readonly string[],
  directives: readonly SshDirective[],
  user: SshUser,
): readonly HostLogin[] {
  const [first, ...next] = jumps;
  if (first === undefined) return [];
  if (behind.includes(first.host)) throw jumpLoop([...behind, first.host]);
  const settings = hostSettings(directives, first.host);
  const further = routeOf(settings.proxyJump ?? [], [...behind, first.host], directives, user);
  const nextLogins = next.map((jump) => {
    const login = hostLogin(jump, hostSettings(directives, jump.host), user);
    return { ...login, unsupported: withoutCommand(login.unsupported) };
  });
  return [...further, hostLogin(first, settings, user), ...nextLogins];
}

function withoutCommand(unsupported: readonly string[]): readonly string[] {
  return unsupported.filter((keyword) => keyword !== 'ProxyCommand');
}

function jumpLoop(hosts: readonly string[]): UsageError {
  return new UsageError('ssh-jump-loop', `the way to ${hosts.join(' leads through ')}`, {
    hint: 'OpenSSH would not get there, too: say ProxyJump none for the outermost host in ~/.ssh/config.',
  });
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
  const path = (text: string) => expandPath(text, tokens, user.env);
  const said = wish.key === undefined ? settings.identityFiles : [wish.key];
  const usual = usualKeys.map((name) => `${user.home}/.ssh/${name}`);
  const onlyThese = wish.key !== undefined || settings.identitiesOnly;
  return {
    ...{ address: address ?? wish.host, port, username },
    keyFiles: said?.map(path) ?? usual,
    onlyThese,
    agent: agentOf(settings.identityAgent, user, path),
    names: [settings.hostKeyAlias ?? address ?? wish.host],
    knownHostsFiles: settings.userKnownHostsFiles.map(path),
    unsupported: settings.unsupported,
  };
}

function agentOf(
  said: string | undefined,
  { env }: SshUser,
  path: (text: string) => string,
): string | undefined {
  if (said?.toLowerCase() === 'none') return undefined;
  const variable = said === undefined || said === 'SSH_AUTH_SOCK' ? '$SSH_AUTH_SOCK' : said;
  const [, name] = /^\$(\w+)$/.exec(variable) ?? [];
  const socket = name === undefined ? path(variable) : env[name];
  return socket === '' ? undefined : socket;
}

type Tokens = Readonly<Record<string, string>>;

/** A path with `~`, and with the tokens and variables that OpenSSH fills in; one that is unknown stays. */
function expandPath(text: string, tokens: Tokens, env: SshUser['env']): string {
  const filled = text.replace(/%(.)|\$\{(\w+)\}/g, (whole, token, name) =>
    token === undefined ? (env[name] ?? whole) : (tokens[token] ?? whole),
  );
  const home = tokens['d'] ?? '';
  return filled === '~' || filled.startsWith('~/') ? `${home}${filled.slice(1)}` : filled;
}
