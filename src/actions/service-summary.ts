import type { ClusterModel } from '../plan/model.ts';
import { phasesOf } from '../plan/wishes.ts';
import type { ServiceStatus } from './service-status.ts';

/** One service over all nodes that are to run it. */
export interface ServiceSummary {
  readonly name: string;
  /** Name of the recipe that it belongs to. */
  readonly recipe: string;
  /** How many nodes are to run it … */
  readonly nodes: number;
  /** … and on how many it is active. */
  readonly active: number;
  /** What is installed, as far as nodes say; more than one while an upgrade has not reached all of them. */
  readonly versions: readonly string[];
}

/**
 * The services of a cluster in the order in which they are started.
 * @param nodes what each node that answered says of its services
 */
export function summarizeServices(
  model: ClusterModel,
  nodes: readonly { readonly services: readonly ServiceStatus[] }[],
): readonly ServiceSummary[] {
  return model.composition.phases.flatMap((phase): ServiceSummary[] => {
    if (phase.service === undefined) return [];
    const { name } = phase.service;
    const holders = model.nodes.filter((node) => phasesOf(model, node).includes(phase));
    const seen = nodes.flatMap(({ services }) => services.filter((each) => each.name === name));
    return [
      {
        name,
        recipe: phase.component.recipe.name,
        nodes: holders.length,
        active: seen.filter(({ active }) => active === 'active').length,
        versions: [...new Set(seen.flatMap(({ version }) => version ?? []))].toSorted(),
      },
    ];
  });
}
