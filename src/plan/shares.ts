import type { ServiceVerb, Wish } from '../node/wish.ts';
import type { Phase } from '../recipe/recipe.ts';
import type { NodeScope } from '../recipe/scope.ts';
import type { ClusterModel } from './model.ts';
import type { NodePlan, Standing } from './plan.ts';
import type { StageEvent } from './stage.ts';
import { phasesOf } from './wishes.ts';

/** What one node has to do with a group of phases that leads up to a service, or to nothing. */
export interface Share {
  readonly node: NodeScope;
  /** Whether it goes through the group's last phase. */
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

/** The shares of all nodes that have something to do in the group, in the order of their ordinals. */
export function sharesOf(phases: readonly Phase[], input: ShareInput): readonly Share[] {
  const service = phases.at(-1)?.service?.name;
  return input.model.nodes.flatMap((node): Share[] => {
    const own = phasesOf(input.model, node).filter((phase) => phases.includes(phase));
    if (own.length === 0) return [];
    const { wishes, verb } = needs(node, own, input);
    const serves = own.at(-1) === phases.at(-1);
    const event = service !== undefined && serves ? eventOf(service, node, verb, input) : null;
    return wishes.length === 0 && event === null ? [] : [{ node, serves, wishes, verb, event }];
  });
}

function needs(
  node: NodeScope,
  phases: readonly Phase[],
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
  service: string,
  { ordinal, incarnation }: NodeScope,
  verb: ServiceVerb | null,
  { model, standings }: ShareInput,
): StageEvent | null {
  const standing = standings.get(service);
  const fails = standing?.failing.has(ordinal) ?? false;
  const serves = standing?.serving.has(ordinal) ?? false;
  const members = model.formed.get(service);
  const member = members?.find((each) => each.ordinal === ordinal);
  const isMember = member?.incarnation === incarnation;
  const isTouched = verb === 'restart' || verb === 'reload';
  if (isTouched && (serves || (isMember && !fails))) return 'update';
  if (members === undefined) return 'first';
  if (member === undefined) return 'join';
  if (!isMember) return 'replace';
  return verb === 'start' || fails ? 'repair' : null;
}
