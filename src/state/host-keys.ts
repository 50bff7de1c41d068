import { join } from 'node:path';
import { DeployerError } from '../errors.ts';
import { createBatcher } from './batcher.ts';
import { readIfThere, replaceDurably } from './durable-file.ts';
import {
  fingerprintOf,
  formatKnownHosts,
  hostKeyType,
  isHostKey,
  type KnownHostsLine,
  parseKnownHosts,
} from './known-hosts.ts';

const knownHostsName = 'known_hosts';

/** What the comment of a pin begins with when all machines of a launch were given the key; its token comes after it. */
const givenBy = 'given-by';

/** A host key by which a host is known. */
export interface PinnedHostKey {
  readonly type: typeof hostKeyType;
  readonly base64: string;
  /** `SHA256:…`, as `ssh-keygen -l` prints it. */
  readonly fingerprint: string;
  /** Token of the launch that gave the key to all its machines; null for a key that is the host's alone. */
  readonly launch: string | null;
}

/** A public key in the form of OpenSSH. */
type PublicKey = Pick<PinnedHostKey, 'type' | 'base64'>;

/**
 * The machines' host keys by instance id, in an OpenSSH known_hosts file: for OpenSSH the id is the host's alias, so
 * addresses that are used again confuse nobody. Hosts on the way to them have their own names there. While a machine
 * changes its key both are pinned, which for OpenSSH means that either is right. Every method throws `state-damaged`
 * when the file holds anything else.
 */
export interface HostKeys {
  /** For `ssh -o UserKnownHostsFile=FILE -o HostKeyAlias=INSTANCE-ID`; there once a key was pinned. */
  readonly file: string;
  /** The keys that the host may show; none when none was pinned, two while it changes its key. */
  accepted(host: string): Promise<readonly PinnedHostKey[]>;
  /** The key that is this host's alone, null when none was pinned. */
  pinned(host: string): Promise<PinnedHostKey | null>;
  /**
   * Pins the host's key, durably; the same key again changes nothing.
   *
   * @param launch token of the launch that gave the key to all its machines
   * @throws {DeployerError} `host-key-changed` when only other ones are pinned, which stay; `state-unwritable`.
   */
  pin(host: string, key: PublicKey, launch?: string): Promise<void>;
  /** Pins, beside what is pinned, the key that the machine has made itself and is about to show. */
  pinNext(host: string, key: PublicKey): Promise<void>;
  /** Drops all keys of the host but this one, which it has shown. */
  settle(host: string, key: PublicKey): Promise<void>;
  /** Drops the keys of a machine that is gone; nothing happens when there are none. */
  forget(host: string): Promise<void>;
  /** Tokens of the launches whose given keys are still right for some machine. */
  launches(): Promise<ReadonlySet<string>>;
}

type Pin = Exclude<KnownHostsLine, { verbatim: string }>;
type Change = (lines: readonly KnownHostsLine[]) => readonly KnownHostsLine[];

/** The host keys in that cluster's folder; nothing is touched before a method is called. */
export function openHostKeys(folder: string): HostKeys {
  const file = join(folder, knownHostsName);
  const read = async () => {
    const content = await readIfThere(file);
    return parseKnownHosts(content?.toString('utf8') ?? '', file);
  };
  const change = createBatcher<Change>(async (changes) => {
    const before = await read();
    const after = changes.reduce((lines, apply) => apply(lines), before);
    if (after !== before) await replaceDurably(file, formatKnownHosts(after));
  });
  const accepted = async (host: string) => pinsOf(await read(), host).map(describePin);
  const add = (pin: Pin, isWelcome: (others: readonly Pin[]) => boolean) =>
    change((lines) => {
      const others = pinsOf(lines, pin.host);
      const isThere = others.some(({ base64 }) => base64 === pin.base64);
      return isThere || !isWelcome(others) ? lines : [...lines, pin];
    });
  const drop = (isOver: (pin: Pin) => boolean) =>
    change((lines) => {
      const left = lines.filter((line) => 'verbatim' in line || !isOver(line));
      return left.length === lines.length ? lines : left;
    });
  return {
    file,
    accepted,
    pinned: async (host) =>
      (await accepted(host)).findLast(({ launch }) => launch === null) ?? null,
    pin: async (host, key, launch) => {
      const comment = launch === undefined ? '' : `${givenBy} ${launch}`;
      await add(pinFor(host, key, comment), (others) => others.length === 0);
      const now = await accepted(host);
      if (!now.some(({ base64 }) => base64 === key.base64)) throw changedKey(host, file, now, key);
    },
    pinNext: (host, key) => add(pinFor(host, key, ''), () => true),
    settle: (host, { base64 }) => drop((pin) => pin.host === host && pin.base64 !== base64),
    forget: (host) => drop((pin) => pin.host === host),
    launches: async () => {
      const pins = (await read()).flatMap((line) => ('verbatim' in line ? [] : [line]));
      return new Set(pins.flatMap((pin) => describePin(pin).launch ?? []));
    },
  };
}

function pinsOf(lines: readonly KnownHostsLine[], host: string): readonly Pin[] {
  return lines.flatMap((line) => ('verbatim' in line || line.host !== host ? [] : [line]));
}

function describePin({ base64, comment }: Pin): PinnedHostKey {
  const [word, launch] = comment.split(' ');
  return {
    ...{ type: hostKeyType, base64, fingerprint: fingerprintOf(base64) },
    launch: word === givenBy && launch !== undefined ? launch : null,
  };
}

/** A word with a comma, a star or a space in it would mean other hosts to OpenSSH. */
function pinFor(host: string, { base64 }: PublicKey, comment: string): Pin {
  const name = /^[A-Za-z0-9:][A-Za-z0-9._:%-]*$/;
  const withPort = /^\[([A-Za-z0-9:._%-]+)\]:\d+$/.exec(host)?.[1] ?? host;
  if (!name.test(withPort)) throw new TypeError(`not a host's name: ${JSON.stringify(host)}`);
  if (!isHostKey(base64)) throw new TypeError(`not an ${hostKeyType} key: ${base64}`);
  return { host, base64, comment };
}

function changedKey(
  host: string,
  file: string,
  pinned: readonly PinnedHostKey[],
  offered: PublicKey,
): DeployerError {
  const known = pinned.map(({ fingerprint }) => fingerprint).join(', ') || 'none';
  return new DeployerError(
    'host-key-changed',
    `${host} shows the host key ${fingerprintOf(offered.base64)}, but ${known} is pinned in ${file}`,
    {
      hint: `Somebody may be in between. If the machine was really given a new key: ssh-keygen -f '${file}' -R ${host}`,
    },
  );
}
