import { z } from 'zod';
import type { Step } from '../node/step-kinds.ts';
import type { On } from '../probes/judge.ts';
import type { Probe } from '../probes/probe.ts';
import type { YamlPath } from '../yaml/parse.ts';
import { valueAt } from '../yaml/value-at.ts';
import { filled, filledFields } from './filled.ts';
import type { Recipe } from './recipe.ts';
import { GateSchema, type LifeEvent, OrderSchema, PhaseSchema, RecipeSchema } from './schema.ts';
import type { ClusterScope, NodeScope, TemplateScope } from './scope.ts';

/** What must hold before the work goes on, filled for one cluster. */
export interface Gate {
  /** The probe as it is asked at `node`. */
  readonly probeAt: (node: NodeScope) => Probe;
  /** Regular expression that the answer must match; any answer will do without one. */
  readonly match: string | undefined;
  readonly on: On;
  readonly withinMs: number;
}

/** Which nodes of a life event come last, filled for one cluster. */
export interface Order {
  /** The probe as it is asked at `node`. */
  readonly probeAt: (node: NodeScope) => Probe;
  /** Regular expression; nodes whose answer matches it come last. */
  readonly last: string;
}

/**
 * The steps of a phase for the node of `scope`, with `template:` files as `content`.
 *
 * @throws {SourceError} when what a template gave is not a valid step, at its place in the recipe
 */
export function resolveSteps(
  recipe: Recipe,
  phaseName: string,
  scope: TemplateScope,
): readonly Step[] {
  const path = [...phasePath(recipe, phaseName), 'steps'];
  return filled(recipe, path, PhaseSchema.shape.steps, scope);
}

/**
 * The command that runs once on each node of a life event before its service starts, for the node of `scope`;
 * undefined when there is none.
 *
 * @throws {SourceError} when what a template gave is not valid
 */
export function resolveCommand(
  recipe: Recipe,
  phaseName: string,
  event: LifeEvent,
  scope: TemplateScope,
): string | undefined {
  const path = [...phasePath(recipe, phaseName), event, 'command'];
  if (valueAt(recipe.content.document.value, path) === undefined) return undefined;
  return filled(recipe, path, z.string().min(1), scope);
}

/**
 * Which nodes of a life event come last; undefined when the recipe does not say.
 *
 * @throws {SourceError} when what a template gave is not valid; so may `probeAt`
 */
export function resolveOrder(
  recipe: Recipe,
  phaseName: string,
  event: LifeEvent,
  scope: ClusterScope,
): Order | undefined {
  const path = [...phasePath(recipe, phaseName), event, 'order'];
  if (valueAt(recipe.content.document.value, path) === undefined) return undefined;
  const { probe, ...rest } = OrderSchema.shape;
  const { last } = filledFields(recipe, path, rest, scope);
  return {
    last,
    probeAt: (node) => filled(recipe, [...path, 'probe'], probe, { ...scope, node }),
  };
}

/**
 * The gate of a phase: the event's own, else the phase's; undefined when it has none.
 *
 * @throws {SourceError} when what a template gave is not valid; so may `probeAt`
 */
export function resolveGate(
  recipe: Recipe,
  phaseName: string,
  scope: ClusterScope,
  event?: LifeEvent,
): Gate | undefined {
  const phase = phasePath(recipe, phaseName);
  const places =
    event === undefined
      ? [[...phase, 'gate']]
      : [
          [...phase, event, 'gate'],
          [...phase, 'gate'],
        ];
  const path = places.find((each) => valueAt(recipe.content.document.value, each) !== undefined);
  if (path === undefined) return undefined;
  const { probe, ...rest } = GateSchema.shape;
  const { match, on, within } = filledFields(recipe, path, rest, scope);
  return {
    match,
    on,
    withinMs: within,
    probeAt: (node) => filled(recipe, [...path, 'probe'], probe, { ...scope, node }),
  };
}

/**
 * What to tell when the cluster is ready, by name.
 *
 * @throws {SourceError} when a template has nothing to say for this cluster
 */
export function resolveOutputs(
  recipe: Recipe,
  scope: ClusterScope,
): Readonly<Record<string, string>> {
  return filled(recipe, ['outputs'], RecipeSchema.shape.outputs, scope);
}

function phasePath(recipe: Recipe, name: string): YamlPath {
  return ['phases', recipe.phases.findIndex((phase) => phase.name === name), name];
}
