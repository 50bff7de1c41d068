import { matchesPatterns } from './patterns.ts';
import type { SshDirective } from './ssh-config.ts';

/** What an ssh_config says about a host, as it stands there: tokens like `%h` are not filled in yet. */
export interface HostSettings {
  readonly hostName: string | undefined;
  readonly user: string | undefined;
  readonly port: number | undefined;
  /** In the order in which they are tried; undefined where the file does not say, empty for `none`. */
  readonly identityFiles: readonly string[] | undefined;
  readonly identitiesOnly: boolean;
  /** Socket of an agent; `none`, `SSH_AUTH_SOCK` or a variable behind `$` as well. */
  readonly identityAgent: string | undefined;
  /**
   * Hosts to go through, the first one first; undefined where the file does not say, empty for `none` and where a
   * ProxyCommand, also `none`, comes before them.
   */
  readonly proxyJump: readonly JumpWords[] | undefined;
  readonly userKnownHostsFiles: readonly string[];
  /** The name that the host has in known_hosts. */
  readonly hostKeyAlias: string | undefined;
  /** Keywords that are said about the host, would change how it is reached, and are not followed. */
  readonly unsupported: readonly string[];
}

/** A host to go through, as `user@host:port`. */
export interface JumpWords {
  readonly host: string;
  readonly username: string | undefined;
  readonly port: number | undefined;
}

/** Keywords that we do not follow and without which a host may not be reached, or not as its owner wants. */
const unfollowed: ReadonlyMap<string, string> = new Map(
  [
    'ProxyCommand',
    'CertificateFile',
    'PKCS11Provider',
    'SecurityKeyProvider',
    'KnownHostsCommand',
    'BindAddress',
    'BindInterface',
    'CanonicalizeHostname',
  ].map((keyword) => [keyword.toLowerCase(), keyword]),
);

/** Keywords that we follow; said under conditions that we do not understand, they are told of. */
const followed = new Set([
  ...['hostname', 'user', 'port', 'identityfile', 'identitiesonly', 'identityagent'],
  ...['proxyjump', 'userknownhostsfile', 'hostkeyalias'],
]);

/** What the directives say about the host with this name or alias: of each keyword the first one counts. */
export function hostSettings(directives: readonly SshDirective[], alias: string): HostSettings {
  const said = new Map<string, readonly string[]>();
  const identityFiles: string[] = [];
  const unsupported = new Set<string>();
  const take = ({ keyword, words: [first = '', ...more] }: SshDirective) => {
    if (keyword === 'identityfile') identityFiles.push(first);
    else if (!said.has(keyword)) said.set(keyword, [first, ...more]);
  };
  collect(directives, alias, true, { take, unsure: () => unsupported.add('Match') });
  const first = (keyword: string) => said.get(keyword)?.[0];
  for (const [keyword, name] of unfollowed) {
    if (/^(none|no|false)$/i.test(first(keyword) ?? 'no')) continue;
    // Whichever of the two comes first counts; a jump that is followed needs no command.
    if (keyword !== 'proxycommand' || !isJumpFirst(said)) unsupported.add(name);
  }
  const port = Number(first('port'));
  const jump = first('proxyjump');
  const isCommandFirst = said.has('proxycommand') && !isJumpFirst(said);
  return {
    hostName: first('hostname'),
    user: first('user'),
    port: Number.isInteger(port) && port > 0 && port < 65_536 ? port : undefined,
    identityFiles:
      identityFiles.length === 0
        ? undefined
        : [...new Set(identityFiles)].filter((file) => file.toLowerCase() !== 'none'),
    identitiesOnly: /^(yes|true)$/i.test(first('identitiesonly') ?? 'no'),
    identityAgent: first('identityagent'),
    proxyJump: jump === undefined ? undefined : jumpsOf(isCommandFirst ? 'none' : jump),
    userKnownHostsFiles: (said.get('userknownhostsfile') ?? []).filter((file) => file !== 'none'),
    hostKeyAlias: first('hostkeyalias'),
    unsupported: [...unsupported],
  };
}

interface Collector {
  readonly take: (directive: SshDirective) => void;
  /** Something that we follow is said under a condition that we do not understand. */
  readonly unsure: () => void;
}

/** Walks the lines that are about the host. What a file includes is about it only where the `Include` is. */
function collect(
  directives: readonly SshDirective[],
  alias: string,
  isAbout: boolean,
  { take, unsure }: Collector,
): void {
  let state: 'about' | 'other' | 'unsure' = isAbout ? 'about' : 'other';
  for (const directive of directives) {
    const { keyword, words, included } = directive;
    if (keyword === 'host') {
      state = isAbout && matchesPatterns(words, alias) ? 'about' : 'other';
    } else if (keyword === 'match') {
      state = isAbout ? matchState(words) : 'other';
    } else if (keyword === 'include') {
      for (const file of included) collect(file, alias, state === 'about', { take, unsure });
      if (state === 'unsure') unsure();
    } else if (state === 'about') {
      take(directive);
    } else if (state === 'unsure' && (followed.has(keyword) || unfollowed.has(keyword))) {
      unsure();
    }
  }
}

/** `Match all` is the only condition that needs no understanding. */
function matchState(words: readonly string[]): 'about' | 'unsure' {
  return words.length === 1 && words[0]?.toLowerCase() === 'all' ? 'about' : 'unsure';
}

function isJumpFirst(said: ReadonlyMap<string, unknown>): boolean {
  const order = [...said.keys()];
  const jump = order.indexOf('proxyjump');
  return jump >= 0 && jump < order.indexOf('proxycommand');
}

/** The hosts of a word like `ops@gate:2222,inner`; none for `none`. */
export function jumpsOf(word: string): readonly JumpWords[] {
  if (word.toLowerCase() === 'none') return [];
  return word.split(',').flatMap((text) => {
    const bare = text
      .trim()
      .replace(/^ssh:\/\//, '')
      .replace(/\/$/, '');
    const at = bare.lastIndexOf('@');
    const username = at < 0 ? undefined : bare.slice(0, at);
    const [host, port] = hostAndPort(bare.slice(at + 1));
    return host === '' ? [] : [{ host, username, port }];
  });
}

/** An IPv6 address stands in brackets where a port follows it. */
function hostAndPort(text: string): readonly [host: string, port: number | undefined] {
  const form = /^\[(.*)\](?::(\d+))?$/.exec(text) ?? /^([^:]*):(\d+)$/.exec(text);
  if (form === null) return [text, undefined];
  const [, host = '', port] = form;
  return [host, port === undefined ? undefined : Number(port)];
}
