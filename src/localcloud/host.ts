import { join } from 'node:path';
import type { Clock } from '../clock.ts';
import { DeployerError } from '../errors.ts';
import { withLock } from './lock.ts';
import type { RecordStore } from './record-store.ts';
import { type RootResult, runAsRoot } from './root-half.ts';

const handsWaitMs = 120_000;
const rootHalf = ['root-network.sh', 'root-groups.sh', 'root-machines.sh', 'root-half.sh'].map(
  (name) => new URL(`./${name}`, import.meta.url),
);

/** The cloud directory as the machines' home on this computer. */
export interface Host {
  /** The directory's real path. */
  readonly directory: string;
  readonly imagesDirectory: string;
  /** The name of its bridge, table and control group. */
  readonly name: string;
  readonly store: RecordStore;
  readonly clock: Clock;
}

/** Where a machine's own directory is, when it has one. */
export function machineDirectory(host: Host, id: string): string {
  return join(host.directory, 'machines', id);
}

/** Where what a machine is made from is put for the root half. */
export function seedDirectory(host: Host, id: string): string {
  return join(host.directory, 'seeds', id);
}

/** Runs `work` while no other process changes this cloud's machines or network. */
export function withHands<T>(host: Host, work: () => Promise<T>): Promise<T> {
  return withLock(`${host.name}/hands`, handsWaitMs, work);
}

/** Runs a command of the root half, whatever it exits with. */
export function tryRootHalf(host: Host, ...args: readonly string[]): Promise<RootResult> {
  return runAsRoot(rootHalf, [host.directory, host.name, ...args]);
}

/**
 * Runs a command of the root half.
 * @throws {DeployerError} `cloud-host-failed` when it fails; it may be repeated.
 */
export async function rootHalfDo(host: Host, ...args: readonly string[]): Promise<void> {
  const { code, stderr } = await tryRootHalf(host, ...args);
  if (code !== 0) throw hostFailed(args[0] ?? '', stderr);
}

/** The error for a command of the root half that failed. */
export function hostFailed(command: string, excerpt: string): DeployerError {
  return new DeployerError(
    'cloud-host-failed',
    `the local cloud could not do '${command}' on this computer`,
    {
      excerpt,
      hint: 'deployer doctor says whether this computer has all that the local cloud needs.',
    },
  );
}
