import { type DeployerError, Interrupted, toDeployerError } from '../../errors.ts';
import type { Host, HostSight } from './host.ts';

/** How long a machine that did not answer is not asked again, in milliseconds. */
const silenceMs = 15_000;

/** What one machine said, or why it said nothing. */
export type Sighting =
  | { readonly host: Host; readonly sight: HostSight }
  | { readonly host: Host; readonly error: DeployerError };

/** Asks machines; who asks while an answer is on its way gets the same one. */
export interface Sightings {
  /** @throws {Interrupted} when it was not the machines that kept silent */
  of(hosts: readonly Host[]): Promise<readonly Sighting[]>;
  /** What has ever been seen of the machine. */
  last(host: Host): HostSight | undefined;
}

/** @param nowMs milliseconds of a clock that never goes back */
export function createSightings(nowMs: () => number): Sightings {
  const asking = new Map<Host, Promise<Sighting>>();
  const seen = new Map<Host, HostSight>();
  const silent = new Map<Host, { readonly error: DeployerError; readonly untilMs: number }>();
  const ask = async (host: Host): Promise<Sighting> => {
    const before = silent.get(host);
    if (before !== undefined && nowMs() < before.untilMs) return { host, error: before.error };
    try {
      const sight = await host.look();
      silent.delete(host);
      seen.set(host, sight);
      return { host, sight };
    } catch (cause) {
      if (cause instanceof Interrupted) throw cause;
      const error = toDeployerError(cause);
      silent.set(host, { error, untilMs: nowMs() + silenceMs });
      return { host, error };
    }
  };
  const once = (host: Host) => {
    const under = asking.get(host) ?? ask(host).finally(() => asking.delete(host));
    asking.set(host, under);
    return under;
  };
  return { of: (hosts) => Promise.all(hosts.map(once)), last: (host) => seen.get(host) };
}
