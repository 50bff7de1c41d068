import { DeployerError } from '../errors.ts';
import type { ClusterModel } from '../plan/model.ts';
import type { Stage, StageNode } from '../plan/stage.ts';
import type { Gate } from '../recipe/resolve.ts';
import type { Member, NodeScope } from '../recipe/scope.ts';
import { type AskedNode, askUntil, type Verdict } from './ask-nodes.ts';
import type { ActionContext } from './context.ts';
import { awaitGate } from './gate.ts';
import { withProgress } from './gate-progress.ts';

/** What gates of a run are passed with. */
export interface PassingSite {
  readonly context: Pick<ActionContext, 'clock' | 'signal' | 'emit'>;
  /** Every node of the cluster. */
  readonly asked: readonly AskedNode[];
  /** Whether nodes are restarted although too few of the others serve. */
  readonly force: boolean;
  /** By service: its members as the run began. */
  readonly formed: ClusterModel['formed'];
  /** Service and ordinal of the nodes that have passed a gate in this run; grows. */
  readonly through: Set<string>;
}

/**
 * Waits until the nodes of a turn serve, and all members have taken note of that; says in a few words what was seen.
 * @throws {NodesFailed} with the nodes that did not pass in time; {DeployerError} `gate-closed`, `not-settled`
 */
export async function passGate(
  site: PassingSite,
  nodes: readonly StageNode[],
  { gate, settled, service, phases }: Pick<Stage, 'gate' | 'settled' | 'service' | 'phases'>,
): Promise<string> {
  const { asked, context, force, through } = site;
  const serving = new Set(nodes.flatMap(({ serves, ordinal }) => (serves ? ordinal : [])));
  const servingNodes = asked.filter(({ scope }) => serving.has(scope.ordinal));
  if (gate === null || servingNodes.length === 0) return '';
  const phase = phases.at(-1) ?? '';
  const onWait = gate.progressAt === undefined ? answerTeller(phase, context) : () => {};
  const seen = await withProgress(gate, servingNodes, phase, context, () =>
    awaitGate(gate, servingNodes, { ...context, service, onWait }),
  );
  for (const ordinal of serving) through.add(passed(service, ordinal));
  // What is restarted at any price may well stay unseen by others.
  if (settled !== null && !force) await settle(settled, service, site);
  return seen;
}

/** Tells what nodes answer that do not serve yet, each answer once. */
function answerTeller(phase: string, { emit }: Pick<ActionContext, 'emit'>) {
  const told = new Map<string, string>();
  return (wrong: Verdict['wrong']) => {
    for (const { node, detail } of wrong) {
      if (told.get(node) === detail) continue;
      told.set(node, detail);
      emit({ type: 'phase-progress', phase, node, text: `not yet: ${detail}` });
    }
  };
}

async function settle(
  settled: Gate,
  service: string | null,
  { asked, context, formed, through }: PassingSite,
): Promise<void> {
  const before = formed.get(service ?? '') ?? [];
  const members = asked.filter(
    ({ scope, remote }) =>
      remote !== null &&
      (through.has(passed(service, scope.ordinal)) || before.some(isMachineOf(scope))),
  );
  const { ok, detail } = await askUntil(settled, members, context);
  if (ok) return;
  throw new DeployerError('not-settled', `it serves, but not all members agree: ${detail}`, {
    hint: 'Nothing more was done. Look at the nodes that are named, then run the same command again.',
  });
}

function passed(service: string | null, ordinal: number): string {
  return `${service} ${ordinal}`;
}

function isMachineOf({ ordinal, incarnation }: NodeScope): (member: Member) => boolean {
  return (member) => member.ordinal === ordinal && member.incarnation === incarnation;
}
