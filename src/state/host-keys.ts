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

/** The host key by which a machine is known. */
export interface PinnedHostKey {
  readonly type: typeof hostKeyType;
  readonly base64: string;
  /** `SHA256:…`, as `ssh-keygen -l` prints it. */
  readonly fingerprint: string;
}

/**
 * The machines' host keys by instance id, in an OpenSSH known_hosts file: for OpenSSH the id is the host's alias, so
 * addresses that are used again confuse nobody. Every method throws `state-damaged` when the file holds anything else.
 */
export interface HostKeys {
  /** For `ssh -o UserKnownHostsFile=FILE -o HostKeyAlias=INSTANCE-ID`; there once a key was pinned. */
  readonly file: string;
  /** The key of that machine, null when none was pinned. */
  pinned(instanceId: string): Promise<PinnedHostKey | null>;
  /**
   * Pins the machine's key, durably; the same key again changes nothing.
   *
   * @throws {DeployerError} `host-key-changed` when another one is pinned, which stays; `state-unwritable`.
   */
  pin(instanceId: string, key: Pick<PinnedHostKey, 'type' | 'base64'>): Promise<void>;
  /** Drops the key of a machine that is gone; nothing happens when there is none. */
  forget(instanceId: string): Promise<void>;
}

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
  const pinned = async (instanceId: string) => {
    const found = findPin(await read(), instanceId);
    return found === undefined ? null : describePin(found);
  };
  return {
    file,
    pinned,
    pin: async (instanceId, { base64 }) => {
      assertPin(instanceId, base64);
      await change((lines) => {
        const isPinned = findPin(lines, instanceId) !== undefined;
        return isPinned ? lines : [...lines, { instanceId, base64 }];
      });
      const now = await pinned(instanceId);
      if (now?.base64 !== base64) throw changedKey(instanceId, file, now, base64);
    },
    forget: (instanceId) =>
      change((lines) => {
        const isPinned = findPin(lines, instanceId) !== undefined;
        return isPinned ? lines.filter((line) => pinOf(line) !== instanceId) : lines;
      }),
  };
}

function pinOf(line: KnownHostsLine): string | null {
  return 'verbatim' in line ? null : line.instanceId;
}

/** The base64 of the machine's key. */
function findPin(lines: readonly KnownHostsLine[], instanceId: string): string | undefined {
  const line = lines.find((candidate) => pinOf(candidate) === instanceId);
  return line === undefined || 'verbatim' in line ? undefined : line.base64;
}

function describePin(base64: string): PinnedHostKey {
  return { type: hostKeyType, base64, fingerprint: fingerprintOf(base64) };
}

/** A word with a comma, a star or a space in it would mean other hosts to OpenSSH. */
function assertPin(instanceId: string, base64: string): void {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(instanceId)) {
    throw new TypeError(`not an instance id: ${JSON.stringify(instanceId)}`);
  }
  if (!isHostKey(base64)) throw new TypeError(`not an ${hostKeyType} key: ${base64}`);
}

function changedKey(
  instanceId: string,
  file: string,
  pinned: PinnedHostKey | null,
  offered: string,
): DeployerError {
  const known = pinned?.fingerprint ?? 'none';
  return new DeployerError(
    'host-key-changed',
    `${instanceId} shows the host key ${fingerprintOf(offered)}, but ${known} is pinned in ${file}`,
    {
      hint: `Somebody may be in between. If the machine was really given a new key: ssh-keygen -f '${file}' -R ${instanceId}`,
    },
  );
}
