import type { Wish } from '../node/wish.ts';
import type { EventRule, Phase } from '../recipe/recipe.ts';
import { resolveGate } from '../recipe/resolve.ts';
import type { LifeEvent } from '../recipe/schema.ts';
import { type ClusterModel, clusterScope } from './model.ts';
import type { NodePlan } from './plan.ts';
import type { Stage, StageNode } from './stage.ts';
import { foundingWish, phasesOf } from './wishes.ts';

/**
 * Cuts the recipe's phases where something has to be awaited: behind each service, with all that leads to it. So a
 * service's new configuration reaches a node only in the node's own turn.
 */
export function makeStages(
  model: ClusterModel,
  wishes: ReadonlyMap<number, readonly Wish[]>,
  plans: readonly NodePlan[],
): readonly Stage[] {
  return fusePhases(model.recipe.phases).flatMap((phases) => {
    const event = eventOf(model, phases);
    const nodes = model.nodes.flatMap((node): StageNode[] => {
      const names = new Set(
        phasesOf(model, node)
          .filter((phase) => phases.includes(phase))
          .map((phase) => phase.name),
      );
      if (names.size === 0) return [];
      const changes = plans.find((plan) => plan.ordinal === node.ordinal)?.changes ?? [];
      const changed = changes.some((change) => names.has(change.phase));
      if (!changed && event !== 'first') return [];
      const own = (wishes.get(node.ordinal) ?? []).filter((wish) => names.has(wish.phase));
      const serves = names.has(phases.at(-1)?.name ?? '');
      const founding = event === 'first' && serves ? foundingWishes(model, node, phases) : [];
      const all = changed ? withFounding(own, founding) : [];
      return [{ ordinal: node.ordinal, name: node.name, serves, wishes: all }];
    });
    return nodes.length === 0 ? [] : [toStage(model, phases, event, nodes)];
  });
}

/** The life event that a stage is for its service; null when it has none. */
function eventOf(model: ClusterModel, phases: readonly Phase[]): LifeEvent | null {
  const service = phases.at(-1)?.service?.name;
  if (service === undefined) return null;
  return model.formed.has(service) ? 'update' : 'first';
}

function fusePhases(phases: readonly Phase[]): readonly (readonly Phase[])[] {
  const groups: Phase[][] = [];
  let group: Phase[] = [];
  for (const phase of phases) {
    group.push(phase);
    if (phase.service === undefined) continue;
    groups.push(group);
    group = [];
  }
  return group.length === 0 ? groups : [...groups, group];
}

function toStage(
  model: ClusterModel,
  phases: readonly Phase[],
  event: LifeEvent | null,
  nodes: readonly StageNode[],
): Stage {
  const last = phases.at(-1);
  const rule = event === null ? undefined : last?.events[event];
  const gate =
    event === null || last === undefined
      ? undefined
      : resolveGate(model.recipe, last.name, clusterScope(model), event);
  return {
    phases: phases.map((phase) => phase.name),
    nodes,
    window: windowSize(rule, nodes.length),
    gate: gate ?? null,
    forms: event === 'first' ? (last?.service?.name ?? null) : null,
  };
}

/** How many nodes a rule lets be under way at once; without a rule all of them, and never none. */
export function windowSize(rule: EventRule | undefined, nodes: number): number {
  if (rule?.mode === 'serial') return 1;
  const batch = rule?.batch;
  if (batch === undefined) return nodes;
  const size =
    typeof batch === 'number' ? batch : Math.floor((nodes * Number.parseInt(batch, 10)) / 100);
  return Math.min(nodes, Math.max(1, size));
}

function foundingWishes(
  model: ClusterModel,
  node: ClusterModel['nodes'][number],
  phases: readonly Phase[],
): readonly Wish[] {
  const last = phases.at(-1);
  const wish = last === undefined ? null : foundingWish(model, node, last);
  return wish === null ? [] : [wish];
}

/** The one-shot command runs as the last thing before the service's own step, which ends the stage. */
function withFounding(own: readonly Wish[], founding: readonly Wish[]): readonly Wish[] {
  return [...own.slice(0, -1), ...founding, ...own.slice(-1)];
}
