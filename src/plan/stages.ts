import type { Wish } from '../node/wish.ts';
import type { EventRule, Phase } from '../recipe/recipe.ts';
import { resolveGate } from '../recipe/resolve.ts';
import type { LifeEvent } from '../recipe/schema.ts';
import { memberSets } from './holders.ts';
import { type ClusterModel, clusterScope } from './model.ts';
import { majority, type Quorum } from './quorum.ts';
import { type Share, type ShareInput, sharesOf } from './shares.ts';
import type { Stage, StageEvent, StageNode } from './stage.ts';
import { windowSize } from './window.ts';
import { eventWish } from './wishes.ts';

/** In this order: what should serve already comes back first, and who serves is disturbed last. */
const events: readonly StageEvent[] = ['first', 'repair', 'replace', 'join', 'update'];

/**
 * Cuts the recipe's phases where something has to be awaited: behind each service, with all that leads to it. So a
 * service's new configuration reaches a node only in the node's own turn.
 */
export function makeStages(input: ShareInput): readonly Stage[] {
  return fusePhases(input.model.recipe.phases).flatMap((phases) => {
    const shares = sharesOf(phases, input);
    const quiet = shares.filter(({ event }) => event === null);
    const stages = events.flatMap((event) => {
      const own = shares.filter((share) => share.event === event);
      return own.length === 0 ? [] : eventStages(phases, event, own, input);
    });
    const last = stages.at(-1);
    const settled = last === undefined ? [] : [...stages.slice(0, -1), { ...last, settles: true }];
    const touched = quiet.map((share) => stageNode(share, share.wishes));
    return [...quietStages(phases, null, touched), ...settled];
  });
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

/** What disturbs nobody goes to all nodes at once. */
function quietStages(
  phases: readonly Phase[],
  service: string | null,
  nodes: readonly StageNode[],
): readonly Stage[] {
  if (nodes.length === 0) return [];
  const stage: Stage = {
    phases: usedPhases(phases, nodes),
    event: null,
    service,
    nodes,
    window: nodes.length,
    quorum: null,
    gate: null,
    settles: false,
  };
  return [stage];
}

/**
 * The stage of one event; where nodes that do not serve yet take turns, what comes before the service itself is done on
 * all of them at once, in a stage before.
 */
function eventStages(
  phases: readonly Phase[],
  event: StageEvent,
  shares: readonly Share[],
  { model, standings }: ShareInput,
): readonly Stage[] {
  const last = phases.at(-1);
  const service = last?.service?.name;
  if (last === undefined || service === undefined) return [];
  const window = windowSize(ruleOf(last, event), shares.length);
  const isEarly = ({ phase }: Wish) =>
    event !== 'update' && window < shares.length && phase !== last.name;
  const early = shares
    .map((share) => stageNode(share, share.wishes.filter(isEarly)))
    .filter(({ wishes }) => wishes.length > 0);
  const nodes = inOrder(shares, standings.get(service)?.last).map((share) => {
    const own = share.wishes.filter((wish) => !isEarly(wish));
    return stageNode(share, withCommand(model, share, last, event, own));
  });
  const like: LifeEvent = event === 'repair' ? 'update' : event;
  const main: Stage = {
    phases: usedPhases(phases, nodes, last.name),
    event,
    service,
    nodes,
    window,
    quorum: event === 'update' ? quorumOf(model, last) : null,
    gate: resolveGate(model.recipe, last.name, clusterScope(model), like) ?? null,
    settles: false,
  };
  return [...quietStages(phases, service, early), main];
}

/** What nobody serves through is repaired all at once; what serves is updated one by one unless the recipe says else. */
function ruleOf({ events: rules }: Phase, event: StageEvent): EventRule | undefined {
  if (event === 'repair') return undefined;
  return rules[event] ?? (event === 'update' ? { mode: 'serial', batch: undefined } : undefined);
}

function stageNode({ node, serves, event, verb }: Share, wishes: readonly Wish[]): StageNode {
  const disturbs = event === 'update' && verb === 'restart';
  return { ordinal: node.ordinal, name: node.name, serves, disturbs, wishes };
}

/** The one-shot command runs as the last thing before the service's own step, which ends the stage. */
function withCommand(
  model: ClusterModel,
  { node, verb }: Share,
  phase: Phase,
  event: StageEvent,
  wishes: readonly Wish[],
): readonly Wish[] {
  if (event === 'repair' || verb === null) return wishes;
  const command = eventWish(model, node, phase, event);
  return command === null ? wishes : [...wishes.slice(0, -1), command, ...wishes.slice(-1)];
}

function inOrder(
  shares: readonly Share[],
  last: ReadonlySet<number> = new Set(),
): readonly Share[] {
  const isLast = ({ node }: Share) => last.has(node.ordinal);
  return [...shares.filter((share) => !isLast(share)), ...shares.filter(isLast)];
}

/** One or two members can spare nobody, whatever is done: they are no reason to refuse. */
function quorumOf(model: ClusterModel, phase: Phase): Quorum | null {
  if (phase.service?.quorum === undefined) return null;
  const sets = memberSets(model, phase);
  return { sets: sets.filter(({ length }) => length - 1 >= majority(length)) };
}

/** The phases that some node has something to do in, and the one whose gate is passed. */
function usedPhases(
  phases: readonly Phase[],
  nodes: readonly StageNode[],
  gated?: string,
): readonly string[] {
  const used = new Set(nodes.flatMap(({ wishes }) => wishes.map(({ phase }) => phase)));
  return phases.map(({ name }) => name).filter((name) => used.has(name) || name === gated);
}
