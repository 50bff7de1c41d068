import { isDeepStrictEqual } from 'node:util';
import { holdersOf } from '../plan/holders.ts';
import { type ClusterModel, scopesOf } from '../plan/model.ts';
import type { Wanted } from '../probes/match.ts';
import { type Probe, ProbeSchema } from '../probes/probe.ts';
import type { ComponentPhase } from '../recipe/composition.ts';
import { type Placed, resolveGate, resolveOrder } from '../recipe/resolve.ts';
import type { ClusterSnapshot } from '../state/cluster-snapshot.ts';
import { type AskedNode, matching, type Waiting } from './ask-nodes.ts';

/** A question to the nodes of a service, as plain data. */
export interface SavedQuestion {
  /** Regular expression that the answer must match; null when any answer will do. */
  readonly match: string | null;
  /** As in {@link Wanted}; missing where the recipe does not say. */
  readonly times?: number | undefined;
  readonly lines?: string | undefined;
  /** What is asked, by ordinal. */
  readonly probes: Readonly<Record<string, Probe>>;
}

/** What tells about the nodes of a service how they stand. */
export interface ServiceQuestions {
  /** Who serves: one question for each configuration that a node may be running with; none without a gate. */
  readonly serving: readonly SavedQuestion[];
  /** Whom an update turns to last, in the same way. */
  readonly last: readonly SavedQuestion[];
}

/**
 * What is to be asked about a service. While a change goes round some nodes answer as they were configured before, on
 * another port perhaps, so what was asked then is asked as well.
 */
export function questionsAbout(
  model: ClusterModel,
  phase: ComponentPhase,
  { questions }: Pick<ClusterSnapshot, 'questions'>,
): ServiceQuestions {
  const today = questionsNow(model, phase);
  const saved = (questions[phase.service?.name ?? ''] ?? []).map(parseQuestions);
  const earlier = saved.filter((each) => !isDeepStrictEqual(each, today));
  const all = [today, ...earlier];
  return {
    serving: all.flatMap(({ serving }) => serving ?? []),
    last: all.flatMap(({ last }) => last ?? []),
  };
}

/** The snapshot that remembers how each service is asked from now on, beside how it was asked so far. */
export function withQuestions(model: ClusterModel, snapshot: ClusterSnapshot): ClusterSnapshot {
  const questions = model.composition.phases.flatMap((phase) => {
    if (phase.service === undefined) return [];
    const before = snapshot.questions[phase.service.name] ?? [];
    const now: ClusterSnapshot['questions'][string][number] = JSON.parse(
      JSON.stringify(questionsNow(model, phase)),
    );
    const rest = before.filter((each) => !isDeepStrictEqual(each, now));
    return [{ service: phase.service.name, asked: [...rest, now] }];
  });
  const byService = questions.map(({ service, asked }) => [service, asked]);
  return { ...snapshot, questions: Object.fromEntries(byService) };
}

/** The snapshot of a cluster in which every node is configured as it should be now. */
export function withNewestQuestions(snapshot: ClusterSnapshot): ClusterSnapshot {
  const questions = Object.entries(snapshot.questions).map(([service, asked]) => [
    service,
    asked.slice(-1),
  ]);
  return { ...snapshot, questions: Object.fromEntries(questions) };
}

/** Those of the nodes whose answer to one of the questions matches. */
export async function matchingAny(
  questions: readonly SavedQuestion[],
  nodes: readonly AskedNode[],
  waiting: Waiting,
): Promise<readonly AskedNode[]> {
  const matched = new Set<AskedNode>();
  for (const { match, probes, ...wanted } of questions) {
    const probeOf = ({ ordinal }: Placed) => probes[String(ordinal)];
    const rest = nodes.filter((node) => !matched.has(node) && probeOf(node.scope) !== undefined);
    if (rest.length === 0) continue;
    const probeAt = (scope: Placed) => probeOf(scope) ?? { command: 'false' };
    const question = { ...wanted, probeAt, match: match ?? undefined };
    for (const node of await matching(question, rest, waiting)) matched.add(node);
  }
  return nodes.filter((node) => matched.has(node));
}

/** Those of the nodes that serve, asked once; without a gate those that can be asked at all. */
export async function whoServes(
  questions: readonly SavedQuestion[],
  nodes: readonly AskedNode[],
  waiting: Waiting,
): Promise<readonly AskedNode[]> {
  if (questions.length === 0) return nodes.filter(({ remote }) => remote !== null);
  return matchingAny(questions, nodes, waiting);
}

interface QuestionPair {
  readonly serving: SavedQuestion | null;
  readonly last: SavedQuestion | null;
}

function questionsNow(model: ClusterModel, phase: ComponentPhase): QuestionPair {
  const scopes = scopesOf(model, phase.component);
  const holders = holdersOf(model, phase);
  const saved = ({ match, times, lines }: Wanted, probeAt: (node: Placed) => Probe) => ({
    match: match ?? null,
    ...(times !== undefined && { times }),
    ...(lines !== undefined && { lines }),
    probes: Object.fromEntries(holders.map((node) => [String(node.ordinal), probeAt(node)])),
  });
  const gate = resolveGate(phase, scopes, 'update');
  const order = resolveOrder(phase, 'update', scopes);
  return {
    serving: gate === undefined ? null : saved(gate, gate.probeAt),
    last:
      order === undefined ? null : saved({ match: order.last, times: order.times }, order.probeAt),
  };
}

function parseQuestions({
  serving,
  last,
}: ClusterSnapshot['questions'][string][number]): QuestionPair {
  return { serving: parseQuestion(serving), last: parseQuestion(last) };
}

/** What this program no longer understands is not asked. */
function parseQuestion(
  saved: ClusterSnapshot['questions'][string][number]['serving'],
): SavedQuestion | null {
  if (saved === null) return null;
  const probes = Object.entries(saved.probes).flatMap(([ordinal, probe]) => {
    const parsed = ProbeSchema.safeParse(probe);
    return parsed.success ? [[ordinal, parsed.data] as const] : [];
  });
  return { ...saved, probes: Object.fromEntries(probes) };
}
