import { createHmac } from 'node:crypto';
import { matchesHostNames } from './patterns.ts';

/** One line of a known_hosts file. */
export interface KnownHostKey {
  /** What the key is: that of the hosts, of an authority that signs theirs, or one that nobody may answer with. */
  readonly marker: 'host' | 'authority' | 'revoked';
  /** Patterns as they stand there, or one hashed name. */
  readonly hosts: readonly string[];
  /** Like `ssh-ed25519`. */
  readonly type: string;
  readonly base64: string;
}

/** What a known_hosts file knows of one host. */
export interface KnownOfHost {
  readonly keys: readonly KnownHostKey[];
  readonly authorities: readonly KnownHostKey[];
  readonly revoked: readonly KnownHostKey[];
  /** Whether they are about the very port, or only about the host at the usual one. */
  readonly isOfPort: boolean;
}

const markers: Readonly<Record<string, KnownHostKey['marker']>> = {
  '@cert-authority': 'authority',
  '@revoked': 'revoked',
};

/**
 * The lines of a known_hosts file; those that OpenSSH would skip as well (comments, broken ones) are left out.
 * @see https://man.openbsd.org/sshd#SSH_KNOWN_HOSTS_FILE_FORMAT
 */
export function parseKnownHosts(text: string): readonly KnownHostKey[] {
  return text.split(/\r?\n/).flatMap((line) => {
    const words = line.trim().split(/\s+/);
    const [first = ''] = words;
    if (first === '' || first.startsWith('#')) return [];
    const marker = first.startsWith('@') ? markers[first] : 'host';
    const [hosts, type, base64] = first.startsWith('@') ? words.slice(1) : words;
    if (marker === undefined || hosts === undefined || type === undefined) return [];
    if (base64 === undefined || typeOf(base64) !== type) return [];
    return [{ marker, hosts: hosts.split(','), type, base64 }];
  });
}

/** The type that a key itself begins with. */
function typeOf(base64: string): string | undefined {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) return undefined;
  const blob = Buffer.from(base64, 'base64');
  if (blob.length < 4) return undefined;
  return blob.subarray(4, 4 + blob.readUInt32BE(0)).toString('latin1');
}

/**
 * What the lines know of a host: under its name with the port, and where no key is there under the name alone, as
 * OpenSSH does it: a key that is there under the name alone can confirm one at another port, and contradicts none.
 * @param names by which the host is called, such as its name and its address
 */
export function knownOf(
  lines: readonly KnownHostKey[],
  names: readonly string[],
  port: number,
): KnownOfHost {
  const withPort = names.map((name) => hostWord(name, port));
  const found = linesOf(lines, withPort);
  if (port === 22 || found.keys.length > 0 || found.authorities.length > 0) {
    return { ...found, isOfPort: true };
  }
  return { ...linesOf(lines, [...withPort, ...names]), isOfPort: false };
}

/** A host's name as known_hosts has it: `name`, or `[name]:port` where the port is not 22. */
export function hostWord(name: string, port: number): string {
  return port === 22 ? name : `[${name}]:${port}`;
}

function linesOf(
  lines: readonly KnownHostKey[],
  names: readonly string[],
): Omit<KnownOfHost, 'isOfPort'> {
  const about = lines.filter(({ hosts }) => names.some((name) => isAbout(hosts, name)));
  const marked = (wanted: KnownHostKey['marker']) =>
    about.filter(({ marker }) => marker === wanted);
  return { keys: marked('host'), authorities: marked('authority'), revoked: marked('revoked') };
}

function isAbout(hosts: readonly string[], name: string): boolean {
  const [first = ''] = hosts;
  if (hosts.length === 1 && first.startsWith('|')) return isHashOf(first, name);
  return matchesHostNames(hosts, name);
}

/** `|1|SALT|HASH`: the HMAC-SHA1 of the name. */
function isHashOf(hashed: string, name: string): boolean {
  const [, version, salt = '', hash = ''] = hashed.split('|');
  if (version !== '1') return false;
  const key = Buffer.from(salt, 'base64');
  const made = createHmac('sha1', key).update(name.toLowerCase()).digest();
  return made.equals(Buffer.from(hash, 'base64'));
}
