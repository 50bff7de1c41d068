import type { ServiceVerb, StepAnswer } from '../../../src/node/wish.ts';
import type { ClusterModel } from '../../../src/plan/model.ts';
import type { PlanInput, Standing } from '../../../src/plan/plan.ts';
import { nodeWishes } from '../../../src/plan/wishes.ts';

type Observed = ReadonlyMap<number, readonly StepAnswer[]>;

/** What is planned with when nothing is known but what the cluster is to be, changed as told. */
export function input(model: ClusterModel, known: Partial<PlanInput> = {}): PlanInput {
  return {
    ...{ model, machines: [], machineType: 'debian-12 small', observed: new Map() },
    ...{ unknown: new Set(), unrecorded: new Map(), standings: new Map() },
    ...known,
  };
}

/** Nodes on which everything is as wished: these, or all. */
export function allOk(
  model: ClusterModel,
  ordinals: readonly number[] = model.nodes.map(({ ordinal }) => ordinal),
): Observed {
  const nodes = model.nodes.filter(({ ordinal }) => ordinals.includes(ordinal));
  return new Map(
    nodes.map((node) => [
      node.ordinal,
      nodeWishes(model, node).map(
        ({ id, phase }): StepAnswer => ({ id, phase, status: 'ok', ms: 0, detail: '' }),
      ),
    ]),
  );
}

/** The same, but that on one node these steps differ; the verb is that of a service step. */
export function differing(
  observed: Observed,
  ordinal: number,
  steps: Readonly<Record<string, ServiceVerb | null>>,
): Observed {
  const answers = (observed.get(ordinal) ?? []).map((answer): StepAnswer => {
    const verb = steps[answer.id];
    if (verb === undefined) return answer;
    const differs = { ...answer, status: 'would-change' as const, detail: 'differs' };
    return verb === null ? differs : { ...differs, verb };
  });
  return new Map([...observed, [ordinal, answers]]);
}

/**
 * The standing of a service by the ordinals of those that serve, of those that an update turns to last, and of those that
 * run and do not serve.
 */
export function standing(
  service: string,
  serving: readonly number[],
  last: readonly number[] = [],
  failing: readonly number[] = [],
): ReadonlyMap<string, Standing> {
  const sets = { serving: new Set(serving), failing: new Set(failing), last: new Set(last) };
  return new Map([[service, sets]]);
}
