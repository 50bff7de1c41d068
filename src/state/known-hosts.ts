import { createHash } from 'node:crypto';
import { damagedState } from './state-errors.ts';

/** A line of a known_hosts file: a pin of ours, or something else, which is kept as it is. */
export type KnownHostsLine =
  | { readonly host: string; readonly base64: string; readonly comment: string }
  | { readonly verbatim: string };

/** The type of host key that is asked of every node. */
export const hostKeyType = 'ssh-ed25519';

/**
 * The lines of a known_hosts file.
 *
 * @throws {DeployerError} `state-damaged` at a line that OpenSSH would not understand: to skip it could drop a pin unseen.
 * @see https://man.openbsd.org/sshd.8#SSH_KNOWN_HOSTS_FILE_FORMAT
 */
export function parseKnownHosts(text: string, file: string): readonly KnownHostsLine[] {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines.map((line, index) => {
    if (line.trim() === '' || line.startsWith('#')) return { verbatim: line };
    const [host = '', type = '', base64 = '', ...words] = line.trim().split(/\s+/);
    if (!startsWithType(base64, type)) throw damagedLine(`${file}:${index + 1}`);
    const comment = words.join(' ');
    return type === hostKeyType ? { host, base64, comment } : { verbatim: line };
  });
}

/** The text of a known_hosts file; a pin's line is `HOST ssh-ed25519 BASE64 COMMENT`. */
export function formatKnownHosts(lines: readonly KnownHostsLine[]): string {
  return lines.map((line) => `${formatLine(line)}\n`).join('');
}

/** The key's fingerprint as `ssh-keygen -l` prints it: `SHA256:` and base64 without padding. */
export function fingerprintOf(base64: string): string {
  const digest = createHash('sha256').update(Buffer.from(base64, 'base64')).digest('base64');
  return `SHA256:${digest.replace(/=+$/, '')}`;
}

/** True for the base64 of an ed25519 public key and nothing else. */
export function isHostKey(base64: string): boolean {
  return startsWithType(base64, hostKeyType);
}

function formatLine(line: KnownHostsLine): string {
  if ('verbatim' in line) return line.verbatim;
  return `${line.host} ${hostKeyType} ${line.base64} ${line.comment}`.trimEnd();
}

/** A key's blob begins with its type; an ed25519 one has 32 bytes after that, each part behind its length. */
function startsWithType(base64: string, type: string): boolean {
  const blob = Buffer.from(base64, 'base64');
  const isWhole = blob.toString('base64') === base64 && blob.length > 4 + type.length;
  if (!isWhole || type === '' || blob.readUInt32BE(0) !== type.length) return false;
  if (blob.toString('latin1', 4, 4 + type.length) !== type) return false;
  return type !== hostKeyType || blob.length === 4 + type.length + 4 + 32;
}

function damagedLine(place: string): Error {
  return damagedState(
    `${place} is not a host key`,
    'Correct or remove that line; a node whose key is removed is pinned anew when it is next reached.',
  );
}
