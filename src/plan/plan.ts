import { createHash } from 'node:crypto';
import type { StepAnswer, Wish } from '../node/wish.ts';
import type { MachineChange } from './machines.ts';
import type { ClusterModel } from './model.ts';
import type { Stage } from './stage.ts';
import { makeStages } from './stages.ts';
import { stepTitle } from './step-title.ts';
import { nodeWishes } from './wishes.ts';

/** One step that a node needs, in words. */
export interface StepChange {
  readonly id: string;
  readonly phase: string;
  readonly title: string;
  /** What differs now; empty where the machine does not exist yet. */
  readonly detail: string;
}

/** What will happen to one node. */
export interface NodePlan {
  readonly ordinal: number;
  readonly name: string;
  readonly changes: readonly StepChange[];
}

/** What will happen to a cluster: pure data, made before anything outside is touched. */
export interface Plan {
  /** The same wishes against the same reality have the same hash. */
  readonly hash: string;
  readonly machines: readonly MachineChange[];
  readonly nodes: readonly NodePlan[];
  readonly stages: readonly Stage[];
}

/** What was found out before planning. */
export interface PlanInput {
  readonly model: ClusterModel;
  readonly machines: readonly MachineChange[];
  /** By ordinal; a node without an entry has nothing on it yet, so every wish is a change … */
  readonly observed: ReadonlyMap<number, readonly StepAnswer[]>;
  /** … unless it has a machine that could not be asked: then nothing is known to differ. */
  readonly unknown: ReadonlySet<number>;
}

/** Compares what a cluster is to be with what was observed. */
export function makePlan({ model, machines, observed, unknown }: PlanInput): Plan {
  const wishes = new Map(model.nodes.map((node) => [node.ordinal, nodeWishes(model, node)]));
  const nodes = model.nodes.map((node): NodePlan => {
    const answers = observed.get(node.ordinal);
    const own = unknown.has(node.ordinal) ? [] : (wishes.get(node.ordinal) ?? []);
    const changes = stepChanges(own, answers);
    return { ordinal: node.ordinal, name: node.name, changes };
  });
  const stages = makeStages(model, wishes, nodes);
  return { hash: planHash(machines, wishes, nodes), machines, nodes, stages };
}

/** Whether anything on the nodes or in the cloud would change. */
export function isEmptyPlan(plan: Plan): boolean {
  return countChanges(plan) === 0 && countMachines(plan) === 0;
}

/** How many steps would change something. */
export function countChanges(plan: Plan): number {
  return plan.nodes.reduce((sum, node) => sum + node.changes.length, 0);
}

/** How many machines would be launched or started. */
export function countMachines(plan: Pick<Plan, 'machines'>): number {
  return plan.machines.filter((machine) => machine.action !== 'keep').length;
}

function stepChanges(
  wishes: readonly Wish[],
  answers: readonly StepAnswer[] | undefined,
): readonly StepChange[] {
  const byId = new Map(answers?.map((answer) => [answer.id, answer]));
  return wishes.flatMap((wish) => {
    const answer = byId.get(wish.id);
    if (answer?.status === 'ok' || answer?.status === 'host-owned') return [];
    const detail = answer?.detail ?? '';
    return [{ id: wish.id, phase: wish.phase, title: stepTitle(wish.step), detail }];
  });
}

function planHash(
  machines: readonly MachineChange[],
  wishes: ReadonlyMap<number, readonly Wish[]>,
  nodes: readonly NodePlan[],
): string {
  const text = JSON.stringify([machines, [...wishes], nodes]);
  return createHash('sha256').update(text).digest('hex').slice(0, 6);
}
