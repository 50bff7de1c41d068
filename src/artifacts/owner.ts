import { createHash, randomUUID } from 'node:crypto';
import { readFileSync, readlinkSync, statSync } from 'node:fs';
import { hostname } from 'node:os';
import path from 'node:path';

/** After so long nobody elsewhere still works with what is theirs, in milliseconds. */
const abandonedMs = 3 * 24 * 3_600_000;

/** A name that nothing else has, and that tells whose work in progress it names. */
export function ownName(): string {
  return `${process.pid}-${thisHost()}-${randomUUID()}`;
}

/**
 * Whether nobody works any more with what lies in `folder` under the name `entry`, the end of which {@link ownName}
 * gave. A cache may be shared: a process of another computer or container is taken for alive until its work is old.
 */
export function isAbandoned(folder: string, entry: string): boolean {
  const [, pid, host] = /(?:^|\.)(\d+)-([0-9a-f]{12})-[^.]*$/.exec(entry) ?? [];
  if (host === thisHost()) return !isAlive(Number(pid));
  const { mtimeMs } = statSync(path.join(folder, entry), { throwIfNoEntry: false }) ?? {};
  return mtimeMs !== undefined && Date.now() - mtimeMs > abandonedMs;
}

/** What the process ids of this computer, or of this container, mean something within: until it is started anew. */
function thisHost(): string {
  const parts = [
    hostname(),
    tried(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8')),
    tried(() => readlinkSync('/proc/self/ns/pid')),
  ];
  return createHash('sha256').update(parts.join('\n')).digest('hex').slice(0, 12);
}

/** Not every system has /proc. */
function tried(read: () => string): string {
  try {
    return read();
  } catch {
    return '';
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
