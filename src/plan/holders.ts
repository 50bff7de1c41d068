import type { ComponentPhase } from '../recipe/composition.ts';
import type { NodeScope } from '../recipe/scope.ts';
import type { ClusterModel } from './model.ts';
import { phasesOf } from './wishes.ts';

/** The nodes that go through a phase, and so hold its service if it has one. */
export function holdersOf(model: ClusterModel, phase: ComponentPhase): readonly NodeScope[] {
  return model.nodes.filter((node) => phasesOf(model, node).includes(phase));
}

/** Those of the holders that count for the quorum of the service. */
export function votersOf(model: ClusterModel, phase: ComponentPhase): readonly NodeScope[] {
  const role = phase.service?.voters;
  const holders = holdersOf(model, phase);
  return role === undefined ? holders : holders.filter(({ roles }) => roles.includes(role));
}

/**
 * The ordinals that the quorum of a service is counted among: its settled members, and all that hold it, as far as they
 * vote. While it grows its members know of the joiners only one by one, so the old size counts beside the new one.
 */
export function memberSets(
  model: ClusterModel,
  phase: ComponentPhase,
): readonly (readonly number[])[] {
  const voters = votersOf(model, phase).map(({ ordinal }) => ordinal);
  const settled = (model.formed.get(phase.service?.name ?? '') ?? []).map(({ ordinal }) => ordinal);
  return [settled.filter((ordinal) => voters.includes(ordinal)), voters];
}
