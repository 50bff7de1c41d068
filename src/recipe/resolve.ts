import { z } from 'zod';
import type { On } from '../probes/judge.ts';
import type { Wanted } from '../probes/match.ts';
import type { Probe } from '../probes/probe.ts';
import type { YamlPath } from '../yaml/parse.ts';
import { valueAt } from '../yaml/value-at.ts';
import { type Component, type ComponentPhase, qualified } from './composition.ts';
import { filled, filledFields } from './filled.ts';
import { GateSchema, type LifeEvent, OrderSchema, PhaseSchema } from './phase-schema.ts';
import type { Recipe } from './recipe.ts';
import { type RecipeDocument, RecipeSchema } from './schema.ts';
import type { ChoiceScope, ClusterScope, Scopes, TemplateScope } from './scope.ts';
import type { RecipeStep } from './step-schema.ts';

/** Any node of a cluster; what templates see of it is known by its ordinal. */
export interface Placed {
  readonly ordinal: number;
}

/** What must hold before the work goes on, filled for one cluster. */
export interface Gate extends Wanted {
  /** The probe as it is asked at the node, which must hold a role of the recipe. */
  readonly probeAt: (node: Placed) => Probe;
  readonly on: On;
  readonly withinMs: number;
  /** What tells how far a node is, as it is asked there; undefined when nothing does. */
  readonly progressAt: ((node: Placed) => Probe) | undefined;
}

/** Which nodes of a life event come last, filled for one cluster. */
export interface Order {
  /** The probe as it is asked at the node, which must hold a role of the recipe. */
  readonly probeAt: (node: Placed) => Probe;
  /** Regular expression; nodes whose answer matches it come last. */
  readonly last: string;
  /** How often that must be found in an answer; at least once when undefined. */
  readonly times?: number | undefined;
}

/**
 * The steps of a phase for the node of `scope`, with `template:` files as `content`.
 *
 * @throws {SourceError} when what a template gave is not a valid step, at its place in the recipe
 */
export function resolveSteps(phase: ComponentPhase, scope: TemplateScope): readonly RecipeStep[] {
  const path = [...phasePath(phase), 'steps'];
  return filled(phase.component.recipe, path, PhaseSchema.shape.steps, scope);
}

/**
 * The command that prints the version of a phase's service; undefined when it has none.
 *
 * @throws {SourceError} when what a template gave is not valid
 */
export function resolveVersion(phase: ComponentPhase, scope: ChoiceScope): string | undefined {
  if (phase.service?.version === undefined) return undefined;
  const path = [...phasePath(phase), 'service', 'version'];
  return filled(phase.component.recipe, path, z.string().min(1), scope);
}

/**
 * The command that runs once on each node of a life event before its service starts, for the node of `scope`;
 * undefined when there is none.
 *
 * @throws {SourceError} when what a template gave is not valid
 */
export function resolveCommand(
  phase: ComponentPhase,
  event: LifeEvent,
  scope: TemplateScope,
): string | undefined {
  const { recipe } = phase.component;
  const path = [...phasePath(phase), event, 'command'];
  if (valueAt(recipe.content.document.value, path) === undefined) return undefined;
  return filled(recipe, path, z.string().min(1), scope);
}

/**
 * Which nodes of a life event come last; undefined when the recipe does not say.
 *
 * @throws {SourceError} when what a template gave is not valid; so may `probeAt`
 */
export function resolveOrder(
  phase: ComponentPhase,
  event: LifeEvent,
  scopes: Scopes,
): Order | undefined {
  const { recipe } = phase.component;
  const path = [...phasePath(phase), event, 'order'];
  if (valueAt(recipe.content.document.value, path) === undefined) return undefined;
  const { probe, ...rest } = OrderSchema.shape;
  return {
    ...filledFields(recipe, path, rest, scopes.cluster),
    probeAt: ({ ordinal }) => filled(recipe, [...path, 'probe'], probe, scopes.at(ordinal)),
  };
}

/**
 * The gate of a phase: the event's own, else the phase's; undefined when it has none.
 *
 * @throws {SourceError} when what a template gave is not valid; so may `probeAt`
 */
export function resolveGate(
  phase: ComponentPhase,
  scopes: Scopes,
  event?: LifeEvent,
): Gate | undefined {
  const { recipe } = phase.component;
  const at = phasePath(phase);
  const places =
    event === undefined
      ? [[...at, 'gate']]
      : [
          [...at, event, 'gate'],
          [...at, 'gate'],
        ];
  const path = places.find((each) => valueAt(recipe.content.document.value, each) !== undefined);
  return path === undefined ? undefined : gateAt(recipe, path, scopes);
}

/**
 * What all members must show after a turn of a life event; undefined when the recipe does not say.
 *
 * @throws {SourceError} when what a template gave is not valid; so may `probeAt`
 */
export function resolveSettled(
  phase: ComponentPhase,
  event: LifeEvent,
  scopes: Scopes,
): Gate | undefined {
  const { recipe } = phase.component;
  const path = [...phasePath(phase), event, 'settled'];
  if (valueAt(recipe.content.document.value, path) === undefined) return undefined;
  return gateAt(recipe, path, scopes);
}

function gateAt(recipe: Recipe, path: YamlPath, scopes: Scopes): Gate {
  const { probe, progress, ...rest } = GateSchema.shape;
  const { match, times, lines, on, within } = filledFields(recipe, path, rest, scopes.cluster);
  const fill =
    (key: 'probe' | 'progress') =>
    ({ ordinal }: Placed) =>
      filled(recipe, [...path, key], probe, scopes.at(ordinal));
  const hasProgress = valueAt(recipe.content.document.value, [...path, 'progress']) !== undefined;
  return {
    match,
    times,
    lines,
    on,
    withinMs: within,
    probeAt: fill('probe'),
    progressAt: hasProgress ? fill('progress') : undefined,
  };
}

/**
 * What a component has to tell when the cluster is ready, by the names that this has in the cluster.
 *
 * @throws {SourceError} when a template has nothing to say for this cluster
 */
export function resolveOutputs(
  component: Component,
  scope: ClusterScope,
): Readonly<Record<string, string>> {
  const outputs = filled(component.recipe, ['outputs'], RecipeSchema.shape.outputs, scope);
  return Object.fromEntries(
    Object.entries(outputs).map(([name, text]) => [qualified(component, name), text]),
  );
}

/**
 * What a recipe has to tell before anything is changed.
 *
 * @throws {SourceError} when a template has nothing to say for this cluster
 */
export function resolveNotices(
  { recipe, params }: Component,
  { cluster }: Pick<ChoiceScope, 'cluster'>,
): readonly string[] {
  const notices = filled(recipe, ['notices'], RecipeSchema.shape.notices, { params, cluster });
  return notices.map((text) => text.trim()).filter((text) => text !== '');
}

/**
 * The ports of a component that clients connect to.
 *
 * @throws {SourceError} when a template gives no port for this cluster
 */
export function resolveClientPorts(
  { recipe, params }: Component,
  { cluster }: Pick<ChoiceScope, 'cluster'>,
): RecipeDocument['clientPorts'] {
  const { clientPorts } = RecipeSchema.shape;
  return filled(recipe, ['clientPorts'], clientPorts, { params, cluster });
}

function phasePath({ component: { recipe }, own }: ComponentPhase): YamlPath {
  return ['phases', recipe.phases.findIndex((phase) => phase.name === own), own];
}
