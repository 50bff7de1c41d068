import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '../clock.ts';
import type { ResolvedPlace } from '../config/request.ts';
import { DeployerError } from '../errors.ts';
import {
  hostWord,
  type KnownHostKey,
  knownOf,
  parseKnownHosts,
} from '../ssh-config/known-hosts.ts';
import { assertCertified, type Shown } from './assert-certified.ts';
import { fromConfig } from './from-config.ts';

/** Where OpenSSH looks, too. */
export function usualKnownHosts(home: string): readonly string[] {
  const own = ['known_hosts', 'known_hosts2'].map((name) => join(home, '.ssh', name));
  return [...own, '/etc/ssh/ssh_known_hosts'];
}

/** The lines of the files; those that are not there have none. */
export async function readKnownHosts(files: readonly string[]): Promise<readonly KnownHostKey[]> {
  const texts = await Promise.all(files.map((file) => readFile(file, 'utf8').catch(() => '')));
  return texts.flatMap(parseKnownHosts);
}

/** A host as known_hosts files may know it. */
export interface Stranger extends Shown {
  readonly port: number;
}

/** What known_hosts files say of a key that a host shows. */
export type Verdict =
  | { readonly is: 'known' }
  /** They have no key of the host, nor an authority for it. */
  | { readonly is: 'unknown' }
  /** They have others, like `SHA256:…`, or say that this one is revoked. */
  | { readonly is: 'wrong'; readonly expected: string };

/**
 * What the lines say of the key; where an authority signs the keys of this host its certificate is asked for.
 * @throws {DeployerError} as {@link assertCertified}
 */
export async function judgeByKnownHosts(
  lines: readonly KnownHostKey[],
  { names, port, key, peer }: Stranger,
  clock: Clock,
): Promise<Verdict> {
  const { keys, authorities, revoked, isOfPort } = knownOf(lines, names, port);
  const isShown = ({ base64 }: KnownHostKey) => base64 === key.base64;
  if (revoked.some(isShown)) return { is: 'wrong', expected: 'any other: this one is revoked' };
  if (keys.some(isShown)) return { is: 'known' };
  if (authorities.length > 0) {
    const trusted = authorities.filter((each) => !revoked.some((r) => r.base64 === each.base64));
    const bases = trusted.map(({ base64 }) => base64);
    await assertCertified({ names, key, peer }, bases, clock);
    return { is: 'known' };
  }
  if (keys.length === 0 || !isOfPort) return { is: 'unknown' };
  // A key of another type than the one that we ask for: to trust this one would be to trust anybody.
  return { is: 'wrong', expected: keys.map(({ type, base64 }) => `${type} ${base64}`).join('\n') };
}

/** A machine that answers, and the files that ~/.ssh/config names for it. */
type Answering = Stranger & {
  readonly node: string;
  readonly knownHostsFiles?: readonly string[];
};

type Said = Pick<ResolvedPlace, 'profile' | 'configFile'>;

/**
 * Accepts a machine's host key when known_hosts has it.
 * @throws {DeployerError} `wrong-host-key` when it has another one, `host-key-unknown` when it has none
 */
export async function checkKnownHosts(
  said: Said,
  answering: Answering,
  clock: Clock,
): Promise<void> {
  const { node, names, key } = answering;
  if (await isKnownHost(said, answering, clock)) return;
  const [file] = filesFor(said, answering);
  throw new DeployerError(
    'host-key-unknown',
    `${node}: ${names[0]} shows ${key.fingerprint}, which ${file} does not have`,
    {
      hint: `Compare the fingerprint with the machine's own (ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub), then add the line that this prints: ssh-keyscan -t ed25519 ${names[0]}`,
    },
  );
}

/**
 * Whether known_hosts has the machine's host key; false when it has none.
 * @throws {DeployerError} `wrong-host-key` when it has another one
 */
export async function isKnownHost(
  said: Said,
  answering: Answering,
  clock: Clock,
): Promise<boolean> {
  const { node, names, port, key } = answering;
  const files = filesFor(said, answering);
  const verdict = await judgeByKnownHosts(await readKnownHosts(files), answering, clock);
  if (verdict.is !== 'wrong') return verdict.is === 'known';
  throw new DeployerError('wrong-host-key', `${node}: ${files[0]} has another host key for it`, {
    excerpt: `expected ${verdict.expected}\nanswered ${key.fingerprint}`,
    hint: `Something else may be answering at its address. If you know why the key changed: ssh-keygen -f '${files[0]}' -R '${hostWord(names[0] ?? '', port)}'`,
  });
}

function filesFor(
  { profile: { knownHosts }, configFile }: Said,
  { knownHostsFiles: said = [] }: Answering,
): readonly string[] {
  const own = knownHosts === undefined ? said : [fromConfig(knownHosts, configFile)];
  return own.length > 0 ? own : usualKnownHosts(homedir());
}
