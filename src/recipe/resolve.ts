import type { Step } from '../node/step-kinds.ts';
import type { On } from '../probes/judge.ts';
import type { Probe } from '../probes/probe.ts';
import type { YamlPath } from '../yaml/parse.ts';
import { valueAt } from '../yaml/value-at.ts';
import { filled, filledFields } from './filled.ts';
import type { Recipe } from './recipe.ts';
import { GateSchema, type LifeEvent, PhaseSchema, RecipeSchema } from './schema.ts';
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

/** What a life event does besides starting the service, filled for one node. */
export interface EventWork {
  /** Runs once on each node of the event, before its service starts. */
  readonly command: string | undefined;
  /** Nodes whose answer to the probe matches `last` come last. */
  readonly order: { readonly probe: Probe; readonly last: string } | undefined;
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
 * What the phase says of a life event for the node of `scope`.
 *
 * @throws {SourceError} when what a template gave is not valid
 */
export function resolveEvent(
  recipe: Recipe,
  phaseName: string,
  event: LifeEvent,
  scope: TemplateScope,
): EventWork {
  const path = [...phasePath(recipe, phaseName), event];
  const { command, order } = filled(recipe, path, PhaseSchema.shape[event], scope) ?? {};
  return { command, order };
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
