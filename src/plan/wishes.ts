import { createHash } from 'node:crypto';
import type { Step } from '../node/step-kinds.ts';
import type { Wish } from '../node/wish.ts';
import type { ComponentPhase } from '../recipe/composition.ts';
import type { LifeEvent } from '../recipe/phase-schema.ts';
import { resolveCommand, resolveSteps } from '../recipe/resolve.ts';
import type { NodeScope } from '../recipe/scope.ts';
import type { RecipeStep } from '../recipe/step-schema.ts';
import { artifactPlace, type ClusterModel, scopesOf } from './model.ts';

/**
 * All that one node is to be, phase by phase, in the order in which it is done. What several recipes want to be installed
 * is there once, in the first of their phases.
 */
export function nodeWishes(model: ClusterModel, node: NodeScope): readonly Wish[] {
  const phases = phasesOf(model, node);
  const scopes = new Map(
    model.composition.components.map((component) => [component, scopesOf(model, component)]),
  );
  const stepsOf = new Map<string, readonly Step[]>();
  const wishes: Wish[] = [];
  for (const phase of phases) {
    const scope = scopes.get(phase.component)?.at(node.ordinal);
    const own =
      scope === undefined ? [] : resolveSteps(phase, scope).map((step) => told(model, phase, step));
    stepsOf.set(phase.name, own);
    own.forEach((step, index) => {
      const same = isInstall(phase) ? sameElsewhere(phase, step, wishes, phases) : undefined;
      if (same === undefined) wishes.push(wishOf(phase, index, step));
      else wishes.splice(wishes.indexOf(same), 1, alsoFor(same, phase));
    });
    if (phase.service !== undefined) {
      wishes.push(wishOf(phase, own.length, serviceStep(phase.service, stepsOf, wishes)));
    }
  }
  return wishes;
}

/** The phases that the node goes through: those of its roles. */
export function phasesOf(model: ClusterModel, node: NodeScope): readonly ComponentPhase[] {
  return model.composition.phases.filter((phase) =>
    phase.roles.some((role) => node.roles.includes(role)),
  );
}

/**
 * The one-shot command of a life event, which a node runs before its service starts; null when there is none. It is no
 * lasting wish, so it is never observed. That of `first` is for founders alone.
 */
export function eventWish(
  model: ClusterModel,
  { ordinal }: NodeScope,
  phase: ComponentPhase,
  event: LifeEvent,
): Wish | null {
  const scope = scopesOf(model, phase.component).at(ordinal);
  if (event === 'first' && !scope.node.founder) return null;
  const run = resolveCommand(phase, event, scope);
  if (run === undefined) return null;
  const step: Step = { command: { run, always: true } };
  return { id: `${phase.name}.${event}`, phase: phase.name, step };
}

/** Whether a phase only puts on a node what any recipe may find there before its own work begins. */
export function isInstall({ bake, service }: ComponentPhase): boolean {
  return bake && service === undefined;
}

/** The step as a node is told of it. @throws {RangeError} when the model lacks the artifact that it names */
function told({ artifacts }: ClusterModel, { component }: ComponentPhase, step: RecipeStep): Step {
  if (!('artifact' in step)) return step;
  const settled = artifacts.get(artifactPlace(component.recipe.name, step.artifact));
  if (settled === undefined) throw new RangeError(`artifact ${step.artifact.name} was not settled`);
  return settled;
}

function wishOf({ name }: ComponentPhase, index: number, step: Step): Wish {
  return { id: `${name}.${index + 1}`, phase: name, step };
}

/** The equal wish of another recipe's installation. */
function sameElsewhere(
  { component }: ComponentPhase,
  step: Step,
  wishes: readonly Wish[],
  phases: readonly ComponentPhase[],
): Wish | undefined {
  const text = JSON.stringify(step);
  return wishes.find((wish) => {
    const phase = phases.find(({ name }) => name === wish.phase);
    const isOther = phase !== undefined && phase.component !== component && isInstall(phase);
    return isOther && JSON.stringify(wish.step) === text;
  });
}

function alsoFor({ also = [], ...wish }: Wish, { name }: ComponentPhase): Wish {
  return { ...wish, also: [...also, name] };
}

/** What a service reads comes from its own phases, and from those of other recipes that install the same. */
function serviceStep(
  service: NonNullable<ComponentPhase['service']>,
  stepsOf: ReadonlyMap<string, readonly Step[]>,
  wishes: readonly Wish[],
): Step {
  const { name, onChange, inputs, reloads } = service;
  const read = [...inputs, ...reloads];
  const shared = wishes.filter(({ also = [] }) => also.some((phase) => read.includes(phase)));
  const phases = [...new Set([...read, ...shared.map(({ phase }) => phase)])];
  const hashOf = (names: readonly string[]) =>
    hash(names.map((phase) => stepsOf.get(phase)?.map(inputOf) ?? []));
  const reloading = reloads.length === 0 ? {} : { reloads: hashOf(reloads) };
  return { service: { name, inputs: hashOf(inputs), ...reloading, onChange, phases } };
}

/** What of a step a service reads: the same content from another source is the same to it. */
function inputOf(step: Step): unknown {
  if (!('artifact' in step)) return step;
  const { folder, version, id } = step.artifact;
  return { artifact: { folder, version, id } };
}

function hash(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex');
}
