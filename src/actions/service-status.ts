import { toDeployerError } from '../errors.ts';
import { serviceStates } from '../node/service-states.ts';
import type { ClusterModel } from '../plan/model.ts';
import { phasesOf } from '../plan/wishes.ts';
import type { Service } from '../recipe/recipe.ts';
import { resolveVersion } from '../recipe/resolve.ts';
import type { NodeScope } from '../recipe/scope.ts';
import { orAbort, startDeadline } from '../remote/deadline.ts';
import type { Remote } from '../remote/remote.ts';
import type { ActionContext } from './context.ts';

/** One service on one node. */
export interface ServiceStatus {
  readonly name: string;
  /** systemd's word: `active`, `failed`, `inactive` … */
  readonly active: string;
  /** The version of what is installed; null when the recipe or the node does not say. */
  readonly version: string | null;
}

/** How services are asked about. */
export interface ServiceAsking extends Pick<ActionContext, 'clock' | 'signal'> {
  /** How long the node may take in all, in milliseconds, from now on. */
  readonly withinMs: number;
}

/**
 * What the services of one node are doing, or in words why that is not known.
 * @param contact the node once it is connected
 * @throws the signal's reason
 */
export async function serviceStatus(
  services: readonly Service[],
  contact: Promise<{ readonly remote: Remote }>,
  { withinMs, clock, signal }: ServiceAsking,
): Promise<readonly ServiceStatus[] | string> {
  const deadline = startDeadline(withinMs, clock, signal);
  try {
    const { remote } = await orAbort(contact, deadline.signal);
    return await askServices(services, remote, { clock, signal: deadline.signal });
  } catch (error) {
    signal.throwIfAborted();
    if (deadline.expired) return `no answer within ${withinMs / 1000} s`;
    return toDeployerError(error).message;
  } finally {
    deadline.clear();
  }
}

/** The services that a node is to run. */
export function servicesOf(model: ClusterModel, scope: NodeScope): readonly Service[] {
  return phasesOf(model, scope).flatMap((phase) => {
    if (phase.service === undefined) return [];
    const { params } = phase.component;
    const version = resolveVersion(phase, { cluster: model.cluster, params });
    return { ...phase.service, version };
  });
}

async function askServices(
  services: readonly Service[],
  remote: Remote,
  asking: Omit<ServiceAsking, 'withinMs'>,
): Promise<readonly ServiceStatus[]> {
  const names = services.map(({ name }) => name);
  const [states, versions] = await Promise.all([
    serviceStates(remote, names, asking),
    Promise.all(services.map((service) => versionOf(remote, service, asking.signal))),
  ]);
  return states.map(({ name, active }, index) => ({
    name,
    active,
    version: versions[index] ?? null,
  }));
}

async function versionOf(
  remote: Remote,
  { version }: Service,
  signal: AbortSignal,
): Promise<string | null> {
  if (version === undefined) return null;
  const { code, stdout } = await remote.exec(version, { signal });
  const text = stdout.toString('utf8').trim();
  return code === 0 && text !== '' ? text : null;
}
