import { toDeployerError } from '../errors.ts';
import { serviceStates } from '../node/service-states.ts';
import type { ClusterModel } from '../plan/model.ts';
import { phasesOf } from '../plan/wishes.ts';
import type { Service } from '../recipe/recipe.ts';
import type { ActionContext } from './context.ts';
import type { ReachedNode } from './reach-nodes.ts';

/** One service on one node. */
export interface ServiceStatus {
  readonly name: string;
  /** systemd's word: `active`, `failed`, `inactive` … */
  readonly active: string;
  /** The version of what is installed; null when the recipe or the node does not say. */
  readonly version: string | null;
}

/** What the services of one node are doing, or in words why the node does not say. */
export async function serviceStatus(
  model: ClusterModel,
  node: ReachedNode,
  sudo: boolean,
  { clock, signal }: ActionContext,
): Promise<readonly ServiceStatus[] | string> {
  const scope = model.nodes.find(({ ordinal }) => ordinal === node.ordinal);
  const phases = scope === undefined ? [] : phasesOf(model, scope);
  const services = phases.flatMap(({ service }) => service ?? []);
  try {
    const names = services.map(({ name }) => name);
    const [states, versions] = await Promise.all([
      serviceStates(node.remote, names, { clock, signal, sudo }),
      Promise.all(services.map((service) => versionOf(node, service, signal))),
    ]);
    return states.map(({ name, active }, index) => ({
      name,
      active,
      version: versions[index] ?? null,
    }));
  } catch (error) {
    return toDeployerError(error).message;
  }
}

async function versionOf(
  { remote }: ReachedNode,
  { version }: Service,
  signal: AbortSignal,
): Promise<string | null> {
  if (version === undefined) return null;
  const { code, stdout } = await remote.exec(version, { signal });
  const text = stdout.toString('utf8').trim();
  return code === 0 && text !== '' ? text : null;
}
