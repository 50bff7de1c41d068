import type { ComponentPhase } from '../recipe/composition.ts';
import type { NodeScope } from '../recipe/scope.ts';
import type { ClusterModel } from './model.ts';
import { phasesOf } from './wishes.ts';

/** The nodes that go through a phase, and so hold its service if it has one. */
export function holdersOf(model: ClusterModel, phase: ComponentPhase): readonly NodeScope[] {
  return model.nodes.filter((node) => phasesOf(model, node).includes(phase));
}

/**
 * The ordinals that a majority of a service is counted among: its settled members, and all that hold it. While it grows
 * its members know of the joiners only one by one, so the old size counts beside the new one.
 */
export function memberSets(
  model: ClusterModel,
  phase: ComponentPhase,
): readonly (readonly number[])[] {
  const settled = model.formed.get(phase.service?.name ?? '') ?? [];
  return [settled, holdersOf(model, phase)].map((set) => set.map(({ ordinal }) => ordinal));
}
