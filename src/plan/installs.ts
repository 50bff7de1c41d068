import type { Wish } from '../node/wish.ts';
import type { ComponentPhase, Composition } from '../recipe/composition.ts';
import type { Chain } from './link-chains.ts';
import { quietStages, usedPhases } from './quiet-stages.ts';
import type { LooseStage, StageNode } from './stage.ts';
import { isInstall } from './wishes.ts';

/** What several recipes install, taken out of their own stages. */
export interface HoistedInstalls {
  /** Null where there is nothing to do together. */
  readonly install: LooseStage | null;
  readonly rest: readonly Chain[];
}

/**
 * Takes out of each chain what its recipe installs for services that do not run yet, and makes one stage of it that comes
 * before all of them. What is installed anew for a service that runs stays in the turns of that.
 */
export function hoistInstalls(
  chains: readonly Chain[],
  { phases }: Pick<Composition, 'phases'>,
): HoistedInstalls {
  const leading = new Set(phases.filter((phase) => leads(phase, phases)).map(({ name }) => name));
  const isHoisted = (stage: LooseStage) => {
    const isNew = stage.event === null ? stage.service !== null : newcomers.has(stage.event);
    return ({ phase }: Wish) => isNew && leading.has(phase);
  };
  const hoisted = chains.map(({ stages }) =>
    stages.flatMap((stage) => takeWishes(stage, isHoisted(stage))),
  );
  if (hoisted.filter((nodes) => nodes.length > 0).length < 2)
    return { install: null, rest: chains };
  const [install = null] = quietStages(phases, null, merged(hoisted.flat()));
  const rest = chains.map(({ component, stages }): Chain => {
    const left = stages.flatMap((stage) => withoutWishes(stage, isHoisted(stage), phases));
    return { component, stages: left };
  });
  return { install, rest };
}

const newcomers: ReadonlySet<LooseStage['event']> = new Set(['first', 'join', 'replace']);

/** Whether nothing stands before a phase of its recipe but what is installed. */
function leads(phase: ComponentPhase, phases: readonly ComponentPhase[]): boolean {
  const own = phases.filter(({ component }) => component === phase.component);
  return own.slice(0, own.indexOf(phase) + 1).every(isInstall);
}

function takeWishes({ nodes }: LooseStage, isTaken: (wish: Wish) => boolean): readonly StageNode[] {
  return nodes
    .map((node) => ({
      ...node,
      serves: false,
      disturbs: false,
      wishes: node.wishes.filter(isTaken),
    }))
    .filter(({ wishes }) => wishes.length > 0);
}

/** What is left of a stage; one that has no gate and nothing to do is none. */
function withoutWishes(
  stage: LooseStage,
  isTaken: (wish: Wish) => boolean,
  phases: readonly ComponentPhase[],
): readonly LooseStage[] {
  const all = stage.nodes.map((node) => ({
    ...node,
    wishes: node.wishes.filter((wish) => !isTaken(wish)),
  }));
  const nodes = stage.event === null ? all.filter(({ wishes }) => wishes.length > 0) : all;
  if (nodes.length === 0) return [];
  const gated = stage.event === null ? undefined : stage.phases.at(-1);
  return [{ ...stage, nodes, phases: usedPhases(phases, nodes, gated) }];
}

/** Each node once, in the order of the ordinals, with what all of the stages have for it. */
function merged(nodes: readonly StageNode[]): readonly StageNode[] {
  const byOrdinal = new Map<number, StageNode>();
  for (const node of nodes) {
    const before = byOrdinal.get(node.ordinal)?.wishes ?? [];
    byOrdinal.set(node.ordinal, { ...node, wishes: [...before, ...node.wishes] });
  }
  return [...byOrdinal.values()].toSorted((left, right) => left.ordinal - right.ordinal);
}
