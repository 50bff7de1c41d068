import type { Component } from '../recipe/composition.ts';
import type { NodePlan } from './plan.ts';
import type { LooseStage, Stage } from './stage.ts';

/** The stages of one recipe of the cluster, one after the other. */
export interface Chain {
  readonly component: Component;
  readonly stages: readonly LooseStage[];
}

/**
 * All stages with their places, those of used recipes first. A recipe's services wait for the services of the recipes that
 * it uses, unless it says that it does not have to; everything else of different recipes is done side by side.
 * @param install comes before all of them
 * @param nodes what changes on each of them
 */
export function linkChains(
  install: LooseStage | null,
  chains: readonly Chain[],
  nodes: readonly NodePlan[],
): readonly Stage[] {
  const loose = [...(install === null ? [] : [install]), ...chains.flatMap(({ stages }) => stages)];
  const placeOf = (stage: LooseStage) => loose.indexOf(stage);
  const linked = chains.flatMap((chain) => {
    const needed = neededBy(chain, chains).flatMap(({ stages }) => stages.slice(-1));
    const shared = sharedWith(chain, chains, nodes).flatMap(({ stages }) => stages.slice(-1));
    return chain.stages.map((stage, index): Stage => {
      const before = index === 0 ? install : (chain.stages[index - 1] ?? null);
      const others = stage.service === null ? shared : [...shared, ...needed];
      const after = [...(before === null ? [] : [before]), ...others].map(placeOf);
      return { ...stage, after: [...new Set(after)].toSorted((left, right) => left - right) };
    });
  });
  return [...(install === null ? [] : [{ ...install, after: [] }]), ...linked];
}

/** The chains whose services must run before those of this one are started. */
function neededBy({ component }: Chain, chains: readonly Chain[]): readonly Chain[] {
  const direct = component.recipe.uses.flatMap(({ recipe, alongside }) => {
    const used = chains.find((each) => each.component.recipe.name === recipe.name);
    return used === undefined || alongside ? [] : [used];
  });
  return [...new Set(direct.flatMap((used) => [used, ...neededBy(used, chains)]))];
}

/** The chains in which something changes that this one wishes as well. */
function sharedWith(
  { component }: Chain,
  chains: readonly Chain[],
  nodes: readonly NodePlan[],
): readonly Chain[] {
  return chains.filter((chain) => {
    if (chain.component === component) return false;
    return chain.stages.some((stage) =>
      stage.nodes.some(({ ordinal, wishes }) => {
        const ids = wishes.map(({ id }) => id);
        const changes = nodes.find((node) => node.ordinal === ordinal)?.changes ?? [];
        const changing = changes.filter(({ id }) => ids.includes(id));
        return changing.some(({ phases }) => phases.slice(1).some(isOf(component)));
      }),
    );
  });
}

function isOf({ recipe }: Component): (phase: string) => boolean {
  return (phase) => phase.startsWith(`${recipe.name}.`);
}
