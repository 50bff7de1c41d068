import type { ServiceVerb } from '../node/wish.ts';
import { type FileChange, fileChange, wishedFile } from './file-change.ts';
import type { MachineChange } from './machines.ts';
import { type ClusterModel, nodeName } from './model.ts';
import type { NodePlan, Plan, Standing, StepChange } from './plan.ts';
import { restartReason } from './restart-reason.ts';
import type { StageEvent } from './stage.ts';

/** A plan as people and programs read it. */
export interface PlanDocument {
  /** Only those that change. */
  readonly machines: readonly DocumentMachine[];
  /** Every node of the cluster. */
  readonly nodes: readonly DocumentNode[];
  /** What happens to services, in this order. */
  readonly order: readonly DocumentStage[];
  /** All phases of the cluster, in their order. */
  readonly phases: readonly string[];
}

/** Something that is part of a phase: of the first one, where several wish the same. */
interface OfPhase {
  readonly phase: string;
}

/** What happens to the machine of one node. */
export interface DocumentMachine {
  readonly ordinal: number;
  readonly name: string;
  readonly action: Exclude<MachineChange['action'], 'keep'>;
  readonly reason: string;
}

/** What happens to one node. */
export interface DocumentNode {
  readonly name: string;
  readonly ordinal: number;
  /** Files and units. */
  readonly files: readonly (FileChange & OfPhase)[];
  /** All packages of the steps that differ, as the recipe asks for them. */
  readonly packages: readonly (OfPhase & { readonly name: string })[];
  /** Every other step that differs. */
  readonly others: readonly (OfPhase & { readonly title: string; readonly detail: string })[];
  /** What happens to services that run or are to run. */
  readonly restarts: readonly {
    readonly service: string;
    readonly action: ServiceVerb;
    readonly reason: string;
  }[];
  /** Why what it has is not known; null where it is. */
  readonly unknown: string | null;
}

/** One life event of a service. */
export interface DocumentStage {
  readonly service: string;
  readonly event: StageEvent;
  /** Names, in the order in which they take turns as far as that is known. */
  readonly nodes: readonly string[];
  readonly atOnce: number;
  /** Those of the nodes that the recipe wants to take turns last, such as the leader. */
  readonly last: readonly string[];
}

/** What a document is made of. */
export interface DocumentInput {
  readonly model: ClusterModel;
  readonly plan: Plan;
  readonly standings: ReadonlyMap<string, Standing>;
  /** By ordinal: why what a node has is not known. */
  readonly unknown: ReadonlyMap<number, string>;
  /** By ordinal: texts of files that are on the node and differ, by path. */
  readonly texts: ReadonlyMap<number, ReadonlyMap<string, string>>;
}

/** Tells what a plan will do, node by node. */
export function planDocument(input: DocumentInput): PlanDocument {
  const { model, plan } = input;
  return {
    machines: plan.machines.flatMap(({ ordinal, action, reason }): DocumentMachine[] => {
      if (action === 'keep') return [];
      return [{ ordinal, name: nodeName(model.cluster.name, ordinal), action, reason }];
    }),
    nodes: plan.nodes.map((node) => documentNode(node, input)),
    order: documentStages(input),
    phases: model.composition.phases.map(({ name }) => name),
  };
}

function documentNode(node: NodePlan, { model, unknown, texts }: DocumentInput): DocumentNode {
  const { name, ordinal } = node;
  const why = unknown.get(ordinal) ?? null;
  const changes = why === null ? node.changes : [];
  const own = texts.get(ordinal) ?? new Map<string, string>();
  const files = changes.flatMap(({ step, detail, phase }): DocumentNode['files'] => {
    const file = wishedFile(step);
    return file === null ? [] : [{ ...fileChange(file, detail, own), phase }];
  });
  return {
    ...{ name, ordinal, files },
    packages: changes.flatMap(packagesOf),
    others: changes.filter(isOther).map(({ title, detail, phase }) => ({ title, detail, phase })),
    restarts: changes.flatMap((change) => {
      const { step, verb } = change;
      if (!('service' in step) || verb === null) return [];
      const reason = restartReason(model.composition, change, changes);
      return [{ service: step.service.name, action: verb, reason }];
    }),
    unknown: why,
  };
}

function packagesOf({ step, phase }: StepChange): DocumentNode['packages'] {
  if (!('package' in step)) return [];
  const names = 'names' in step.package ? step.package.names : step.package;
  return names.map((name) => ({ name, phase }));
}

/** A service of which nothing is restarted, such as one that is not enabled, is like any other step. */
function isOther({ step, verb }: StepChange): boolean {
  return wishedFile(step) === null && !('package' in step) && verb === null;
}

function documentStages({ plan, standings }: DocumentInput): readonly DocumentStage[] {
  return plan.stages.flatMap(({ service, event, nodes, window }): DocumentStage[] => {
    if (service === null || event === null) return [];
    const marked = standings.get(service)?.last;
    const last = nodes.filter(({ ordinal }) => marked?.has(ordinal) === true);
    const names = nodes.map(({ name }) => name);
    return [{ service, event, nodes: names, atOnce: window, last: last.map(({ name }) => name) }];
  });
}
