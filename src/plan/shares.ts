import type { ServiceVerb, Wish } from '../node/wish.ts';
import type { Component, ComponentPhase } from '../recipe/composition.ts';
import type { NodeScope } from '../recipe/scope.ts';
import type { ClusterModel } from './model.ts';
import type { NodePlan, Standing } from './plan.ts';
import type { StageEvent } from './stage.ts';
import { phasesOf } from './wishes.ts';

/** What one node has to do with the phases that lead up to one of its services, or behind the last one to nothing. */
export interface Share {
  readonly node: NodeScope;
  /** The last of those phases. */
  readonly last: ComponentPhase;
  /** Whether there is a service at their end. */
  readonly serves: boolean;
  /** All wishes of those phases in which something is to do, and of the service's own; empty when nothing is. */
  readonly wishes: readonly Wish[];
  /** What happens to its service. */
  readonly verb: ServiceVerb | null;
  /** Null where its service is left alone. */
  readonly event: StageEvent | null;
}

/** What shares are cut from. */
export interface ShareInput {
  readonly model: ClusterModel;
  /** All wishes by ordinal. */
  readonly wishes: ReadonlyMap<number, readonly Wish[]>;
  readonly nodes: readonly NodePlan[];
  readonly standings: ReadonlyMap<string, Standing>;
}

/**
 * The shares of all nodes that have something to do before a service of the component, in the order of their ordinals.
 * Each node's own phases are cut behind each of its services, so that what a service reads reaches the node in its turn.
 * @param service the phase that starts it; null for what comes behind the last service of a node
 */
export function sharesOf(
  component: Component,
  service: ComponentPhase | null,
  input: ShareInput,
): readonly Share[] {
  return input.model.nodes.flatMap((node): Share[] => {
    const own = phasesOf(input.model, node).filter((phase) => phase.component === component);
    const segment = segmentsOf(own).find((phases) => serviceAtEnd(phases) === service);
    const last = segment?.at(-1);
    if (segment === undefined || last === undefined) return [];
    const { wishes, verb } = needs(node, segment, input);
    const event = service === null ? null : eventOf(service, node, verb, input);
    if (wishes.length === 0 && event === null) return [];
    return [{ node, last, serves: service !== null, wishes, verb, event }];
  });
}

function segmentsOf(phases: readonly ComponentPhase[]): readonly (readonly ComponentPhase[])[] {
  const segments: ComponentPhase[][] = [[]];
  for (const phase of phases) {
    segments.at(-1)?.push(phase);
    if (phase.service !== undefined) segments.push([]);
  }
  return segments.filter(({ length }) => length > 0);
}

function serviceAtEnd(phases: readonly ComponentPhase[]): ComponentPhase | null {
  const last = phases.at(-1);
  return last?.service === undefined ? null : last;
}

function needs(
  node: NodeScope,
  phases: readonly ComponentPhase[],
  { wishes, nodes }: ShareInput,
): Pick<Share, 'wishes' | 'verb'> {
  const plan = nodes.find(({ ordinal }) => ordinal === node.ordinal);
  const names = phases.map(({ name }) => name);
  const own = (plan?.changes ?? []).filter(({ phase }) => names.includes(phase));
  const touched = new Set([
    ...own.map(({ phase }) => phase),
    ...(plan?.unrecorded ?? []).filter((phase) => names.includes(phase)),
  ]);
  if (touched.size === 0) return { wishes: [], verb: null };
  const last = phases.at(-1);
  if (last?.service !== undefined) touched.add(last.name);
  return {
    wishes: (wishes.get(node.ordinal) ?? []).filter(({ phase }) => touched.has(phase)),
    verb: own.find(({ verb }) => verb !== null)?.verb ?? null,
  };
}

/**
 * Whoever serves is updated, whatever else it is. A service that was never formed begins with `first`; a machine that is
 * no member yet joins, or replaces the one that had its ordinal; a member that does not serve is repaired, which may mean
 * no more than to wait for it.
 */
function eventOf(
  { service }: ComponentPhase,
  { ordinal, incarnation }: NodeScope,
  verb: ServiceVerb | null,
  { model, standings }: ShareInput,
): StageEvent | null {
  const name = service?.name ?? '';
  const standing = standings.get(name);
  const fails = standing?.failing.has(ordinal) ?? false;
  const serves = standing?.serving.has(ordinal) ?? false;
  const members = model.formed.get(name);
  const member = members?.find((each) => each.ordinal === ordinal);
  const isMember = member?.incarnation === incarnation;
  const isTouched = verb === 'restart' || verb === 'reload';
  if (isTouched && (serves || (isMember && !fails))) return 'update';
  if (members === undefined) return 'first';
  if (member === undefined) return 'join';
  if (!isMember) return 'replace';
  return verb === 'start' || fails ? 'repair' : null;
}
