import { createHash } from 'node:crypto';
import type { Step } from '../node/step-kinds.ts';
import type { Wish } from '../node/wish.ts';
import type { Phase } from '../recipe/recipe.ts';
import { resolveCommand, resolveSteps } from '../recipe/resolve.ts';
import type { LifeEvent } from '../recipe/schema.ts';
import type { NodeScope } from '../recipe/scope.ts';
import { type ClusterModel, nodeScope } from './model.ts';

/** All that one node is to be, phase by phase, in the order in which it is done. */
export function nodeWishes(model: ClusterModel, node: NodeScope): readonly Wish[] {
  const scope = nodeScope(model, node);
  const stepsOf = new Map<string, readonly Step[]>();
  const wishes: Wish[] = [];
  for (const phase of phasesOf(model, node)) {
    const own = resolveSteps(model.recipe, phase.name, scope);
    stepsOf.set(phase.name, own);
    const steps = phase.service === undefined ? own : [...own, serviceStep(phase.service, stepsOf)];
    steps.forEach((step, index) => {
      wishes.push({ id: `${phase.name}.${index + 1}`, phase: phase.name, step });
    });
  }
  return wishes;
}

/** The phases that the node goes through: those of its roles. */
export function phasesOf(model: ClusterModel, node: NodeScope): readonly Phase[] {
  return model.recipe.phases.filter((phase) =>
    phase.roles.some((role) => node.roles.includes(role)),
  );
}

/**
 * The one-shot command of a life event, which a node runs before its service starts; null when there is none. It is no
 * lasting wish, so it is never observed. That of `first` is for founders alone.
 */
export function eventWish(
  model: ClusterModel,
  node: NodeScope,
  phase: Phase,
  event: LifeEvent,
): Wish | null {
  if (event === 'first' && !node.founder) return null;
  const run = resolveCommand(model.recipe, phase.name, event, nodeScope(model, node));
  if (run === undefined) return null;
  const step: Step = { command: { run, always: true } };
  return { id: `${phase.name}.${event}`, phase: phase.name, step };
}

function serviceStep(
  service: NonNullable<Phase['service']>,
  stepsOf: ReadonlyMap<string, readonly Step[]>,
): Step {
  const { name, onChange } = service;
  const inputs = service.inputs.map((phase) => [phase, stepsOf.get(phase) ?? []]);
  return { service: { name, inputs: hash(inputs), onChange, phases: [...service.inputs] } };
}

function hash(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex');
}
