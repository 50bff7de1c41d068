import type { StepAnswer } from '../node/wish.ts';
import type { ClusterModel } from '../plan/model.ts';
import type { Standing } from '../plan/plan.ts';
import { phasesOf } from '../plan/wishes.ts';
import type { ComponentPhase } from '../recipe/composition.ts';
import type { ClusterSnapshot } from '../state/cluster-snapshot.ts';
import { type AskedNode, untilOk, type Waiting } from './ask-nodes.ts';
import { matchingAny, questionsAbout, whoServes } from './service-questions.ts';

/** How long a service that runs may take to serve, in milliseconds: it may be in the middle of an election. */
export const graceMs = 10_000;

const pollMs = 100;

/** What is asked about, and how patiently. */
export interface StandingsInput {
  readonly model: ClusterModel;
  /** How the services were asked so far. */
  readonly snapshot: Pick<ClusterSnapshot, 'questions'>;
  readonly observed: ReadonlyMap<number, readonly StepAnswer[]>;
  readonly nodes: readonly AskedNode[];
}

/** How the services stand to which something has to happen; the others, and those that run nowhere, are not asked. */
export async function askStandings(
  input: StandingsInput,
  waiting: Waiting,
): Promise<ReadonlyMap<string, Standing>> {
  const { model } = input;
  const standings = model.composition.phases.map(async (phase) => {
    const { service } = phase;
    if (service === undefined) return [];
    const holders = input.nodes.filter(({ scope }) => phasesOf(model, scope).includes(phase));
    const verbAt = ({ scope }: AskedNode) => verbOf(input.observed.get(scope.ordinal), phase);
    const running = holders.filter((node) => node.remote !== null && verbAt(node) !== 'start');
    const isFormed = model.formed.has(service.name);
    const isQuiet = isFormed
      ? holders.every((node) => isMember(model, service.name, node) && verbAt(node) === undefined)
      : running.every((node) => verbAt(node) === undefined);
    if (isQuiet) return [];
    return [[service.name, await askStanding(phase, running, input, waiting)] as const];
  });
  return new Map((await Promise.all(standings)).flat());
}

async function askStanding(
  phase: ComponentPhase,
  running: readonly AskedNode[],
  { model, snapshot }: StandingsInput,
  waiting: Waiting,
): Promise<Standing> {
  const { serving: questions, last: lastQuestions } = questionsAbout(model, phase, snapshot);
  const { serving } = await untilOk(graceMs, pollMs, waiting, async () => {
    const found = await whoServes(questions, running, waiting);
    return { ok: found.length === running.length, serving: found };
  });
  const last = await matchingAny(lastQuestions, serving, waiting);
  const ordinals = (nodes: readonly AskedNode[]) =>
    new Set(nodes.map(({ scope }) => scope.ordinal));
  const failing = running.filter((node) => !serving.includes(node));
  return { serving: ordinals(serving), failing: ordinals(failing), last: ordinals(last) };
}

function verbOf(
  answers: readonly StepAnswer[] | undefined,
  { name }: ComponentPhase,
): StepAnswer['verb'] {
  return answers?.find(({ phase, verb }) => phase === name && verb !== undefined)?.verb;
}

function isMember({ formed }: ClusterModel, service: string, { scope }: AskedNode): boolean {
  const members = formed.get(service) ?? [];
  return members.some(
    (each) => each.ordinal === scope.ordinal && each.incarnation === scope.incarnation,
  );
}
