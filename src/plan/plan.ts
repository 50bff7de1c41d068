import { createHash } from 'node:crypto';
import type { Step } from '../node/step-kinds.ts';
import type { ServiceVerb, StepAnswer, Wish } from '../node/wish.ts';
import type { MachineChange } from './machines.ts';
import type { ClusterModel } from './model.ts';
import { findRisks, type Risk } from './risks.ts';
import type { Stage } from './stage.ts';
import { makeStages } from './stages.ts';
import { stepTitle } from './step-title.ts';
import { nodeWishes } from './wishes.ts';

/** One step that a node needs. */
export interface StepChange {
  readonly id: string;
  readonly phase: string;
  /** Every phase that it belongs to: what several recipes want to be installed is done once. */
  readonly phases: readonly string[];
  /** In words, like `file /etc/hosts`. */
  readonly title: string;
  /** What differs now; empty where the machine does not exist yet. */
  readonly detail: string;
  readonly step: Step;
  /** The hash of the content that would be replaced; null when none would be. */
  readonly found: string | null;
  /** What happens to the process of a service step; null when nothing does, and for every other step. */
  readonly verb: ServiceVerb | null;
}

/** What will happen to one node. */
export interface NodePlan {
  readonly ordinal: number;
  readonly name: string;
  readonly changes: readonly StepChange[];
  /** Phases in which nothing differs, but of which the node has not kept what was applied. */
  readonly unrecorded: readonly string[];
}

/** How a service stands now, by the ordinals of its nodes. */
export interface Standing {
  /** Those that pass the gate … */
  readonly serving: ReadonlySet<number>;
  /** … and those that run and do not. */
  readonly failing: ReadonlySet<number>;
  /** Those that an update turns to last, such as the leader. */
  readonly last: ReadonlySet<number>;
}

/** What will happen to a cluster: pure data, made before anything outside is touched. */
export interface Plan {
  /** The same wishes against the same reality have the same hash, whoever leads at the moment. */
  readonly hash: string;
  readonly machines: readonly MachineChange[];
  readonly nodes: readonly NodePlan[];
  readonly stages: readonly Stage[];
  /** Why carrying it out would stop what works now. */
  readonly risks: readonly Risk[];
}

/** What was found out before planning. */
export interface PlanInput {
  readonly model: ClusterModel;
  readonly machines: readonly MachineChange[];
  /** What machines are launched from and as, in words. */
  readonly machineType: string;
  /** By ordinal; a node without an entry has nothing on it yet, so every wish is a change … */
  readonly observed: ReadonlyMap<number, readonly StepAnswer[]>;
  /** … unless it has a machine that could not be asked: then nothing is known to differ. */
  readonly unknown: ReadonlySet<number>;
  /** By ordinal: phases of which the node has not kept what was applied. */
  readonly unrecorded: ReadonlyMap<number, readonly string[]>;
  /** By service; one without an entry was not asked, because nothing happens to it. */
  readonly standings: ReadonlyMap<string, Standing>;
}

/** Compares what a cluster is to be with what was observed. */
export function makePlan(input: PlanInput): Plan {
  const { model, machines, machineType, observed, unknown, standings } = input;
  const wishes = new Map(model.nodes.map((node) => [node.ordinal, nodeWishes(model, node)]));
  const nodes = model.nodes.map((node): NodePlan => {
    const answers = observed.get(node.ordinal);
    const own = unknown.has(node.ordinal) ? [] : (wishes.get(node.ordinal) ?? []);
    const changes = stepChanges(own, answers);
    const unrecorded = input.unrecorded.get(node.ordinal) ?? [];
    return { ordinal: node.ordinal, name: node.name, changes, unrecorded };
  });
  const stages = makeStages({ model, wishes, nodes, standings });
  const risks = findRisks({ model, machines, stages, standings, unknown });
  const hash = planHash({ machines, machineType, stages, wishes, nodes });
  return { hash, machines, nodes, stages, risks };
}

/** Whether anything of the cluster would change, a gate that somebody has yet to pass included. */
export function changesAnything(plan: Plan): boolean {
  const hasEvents = plan.stages.some(({ event }) => event !== null);
  return countChanges(plan) > 0 || countMachines(plan) > 0 || hasEvents;
}

/** How many steps would change something. */
export function countChanges(plan: Plan): number {
  return plan.nodes.reduce((sum, node) => sum + node.changes.length, 0);
}

/** How many machines would be launched, replaced or started. */
export function countMachines(plan: Pick<Plan, 'machines'>): number {
  return plan.machines.filter((machine) => machine.action !== 'keep').length;
}

/** Which of the wishes a node needs; all of them where it has not answered. */
export function stepChanges(
  wishes: readonly Wish[],
  answers: readonly StepAnswer[] | undefined,
): readonly StepChange[] {
  const byId = new Map(answers?.map((answer) => [answer.id, answer]));
  return wishes.flatMap(({ id, phase, step, also = [] }): StepChange[] => {
    const answer = byId.get(id);
    if (answer?.status === 'ok' || answer?.status === 'host-owned') return [];
    const detail = answer?.detail ?? '';
    const unseen = 'service' in step ? 'start' : null;
    const verb = answer === undefined ? unseen : (answer.verb ?? null);
    const found = answer?.found ?? null;
    const phases = [phase, ...also];
    return [{ id, phase, phases, title: stepTitle(step), detail, step, found, verb }];
  });
}

/**
 * States that come and go, such as `pending`, are left out, and so is who leads: the same machines are the same reality.
 */
function planHash({
  machines,
  machineType,
  stages,
  wishes,
  nodes,
}: Pick<Plan, 'machines' | 'stages' | 'nodes'> &
  Pick<PlanInput, 'machineType'> & {
    readonly wishes: ReadonlyMap<number, readonly Wish[]>;
  }): string {
  const lasting = machines.map((each) =>
    each.action === 'keep' || each.action === 'start' ? { ...each, reason: '' } : each,
  );
  const isLaunching = machines.some(({ action }) => action === 'launch' || action === 'replace');
  const walked = stages.map((stage) => {
    const sorted = stage.nodes.toSorted((left, right) => left.ordinal - right.ordinal);
    const asked = sorted.filter(({ serves }) => serves);
    return { ...stage, nodes: sorted, asked: asked.map((node) => stage.gate?.probeAt(node)) };
  });
  const text = JSON.stringify([
    lasting,
    isLaunching ? machineType : null,
    walked,
    [...wishes],
    nodes.map(({ changes, ...node }) => ({ ...node, changes: changes.map(lastingPart) })),
  ]);
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}

/** What systemd says of a service that is down changes from one moment to the next. */
function lastingPart(change: StepChange): StepChange {
  return 'service' in change.step ? { ...change, detail: '' } : change;
}
