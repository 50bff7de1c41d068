import type { Wish } from '../node/wish.ts';
import type { ComponentPhase } from '../recipe/composition.ts';
import type { LifeEvent } from '../recipe/phase-schema.ts';
import type { EventRule } from '../recipe/recipe.ts';
import { resolveGate, resolveSettled } from '../recipe/resolve.ts';
import { memberSets, votersOf } from './holders.ts';
import { hoistInstalls } from './installs.ts';
import { type Chain, linkChains } from './link-chains.ts';
import { type ClusterModel, scopesOf } from './model.ts';
import { quietStages, usedPhases } from './quiet-stages.ts';
import { needed, type Quorum } from './quorum.ts';
import { type Share, type ShareInput, sharesOf } from './shares.ts';
import type { LooseStage, Stage, StageEvent, StageNode } from './stage.ts';
import { windowSize } from './window.ts';
import { eventWish } from './wishes.ts';

/** In this order: what should serve already comes back first, and who serves is disturbed last. */
const events: readonly StageEvent[] = ['first', 'repair', 'replace', 'join', 'update'];

/**
 * Cuts each recipe's phases where something has to be awaited: behind each service, with all that leads to it. So a
 * service's new configuration reaches a node only in the node's own turn. What the recipes install for services that do
 * not run yet is done together before; after that each goes its own way, and waits only for those that it needs.
 */
export function makeStages(input: ShareInput): readonly Stage[] {
  const chains = input.model.composition.components.map((component): Chain => {
    const { phases } = input.model.composition;
    const own = phases.filter((phase) => phase.component === component);
    const others = sharesOf(component, null, input);
    const stages = own.flatMap((phase) => {
      const ending = others.filter(({ last }) => last === phase);
      const shares = phase.service === undefined ? [] : sharesOf(component, phase, input);
      return [
        ...quietStages(own, null, touched(ending)),
        ...serviceStages(own, phase, shares, input),
      ];
    });
    return { component, stages };
  });
  const { install, rest } = hoistInstalls(chains, input.model.composition);
  return linkChains(install, rest, input.nodes);
}

function serviceStages(
  phases: readonly ComponentPhase[],
  service: ComponentPhase,
  shares: readonly Share[],
  input: ShareInput,
): readonly LooseStage[] {
  const quiet = shares.filter(({ event }) => event === null);
  const stages = events.flatMap((event) => {
    const own = shares.filter((share) => share.event === event);
    return own.length === 0 ? [] : eventStages(phases, service, event, own, input);
  });
  const last = stages.at(-1);
  const settled = last === undefined ? [] : [...stages.slice(0, -1), { ...last, settles: true }];
  return [...quietStages(phases, null, touched(quiet)), ...settled];
}

function touched(shares: readonly Share[]): readonly StageNode[] {
  return shares.map((share) => stageNode(share, share.wishes));
}

/**
 * The stage of one event; where nodes that do not serve yet take turns, what comes before the service itself is done on
 * all of them at once, in a stage before.
 */
function eventStages(
  phases: readonly ComponentPhase[],
  serving: ComponentPhase,
  event: StageEvent,
  shares: readonly Share[],
  { model, standings }: ShareInput,
): readonly LooseStage[] {
  const service = serving.service?.name ?? '';
  const voters = votersOf(model, serving);
  const window = windowSize(ruleOf(serving, event), shares.length);
  const isEarly = ({ phase }: Wish) =>
    event !== 'update' && window < shares.length && phase !== serving.name;
  const early = shares
    .map((share) => stageNode(share, share.wishes.filter(isEarly)))
    .filter(({ wishes }) => wishes.length > 0);
  const nodes = inOrder(shares, standings.get(service)?.last).map((share) => {
    const own = share.wishes.filter((wish) => !isEarly(wish));
    const node = stageNode(share, withCommand(model, share, serving, event, own));
    return { ...node, disturbs: node.disturbs && voters.includes(share.node) };
  });
  const like: LifeEvent = event === 'repair' ? 'update' : event;
  const scopes = scopesOf(model, serving.component);
  const main: LooseStage = {
    phases: usedPhases(phases, nodes, serving.name),
    event,
    service,
    nodes,
    window,
    quorum: event === 'update' ? quorumOf(model, serving) : null,
    gate: resolveGate(serving, scopes, like) ?? null,
    settled: resolveSettled(serving, like, scopes) ?? null,
    settles: false,
  };
  return [...quietStages(phases, service, early), main];
}

/** What nobody serves through is repaired all at once; what serves is updated one by one unless the recipe says else. */
function ruleOf({ events: rules }: ComponentPhase, event: StageEvent): EventRule | undefined {
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
  phase: ComponentPhase,
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

/** Where nobody can be spared, whatever is done, as with one or two members of a majority, nobody has to be. */
function quorumOf(model: ClusterModel, phase: ComponentPhase): Quorum | null {
  const rule = phase.service?.quorum;
  if (rule === undefined) return null;
  const sets = memberSets(model, phase);
  return { rule, sets: sets.filter(({ length }) => length - 1 >= needed(rule, length)) };
}
