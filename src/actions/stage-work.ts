import type { StageWork } from '../engine/stage-work.ts';
import { DeployerError } from '../errors.ts';
import type { Stage, StageNode } from '../plan/stage.ts';
import { phasesOf } from '../plan/wishes.ts';
import type { Member, NodeScope } from '../recipe/scope.ts';
import { applyBundle, type WorkSite } from './apply-bundle.ts';
import { type AskedNode, askedNodes, askUntil } from './ask-nodes.ts';
import { awaitGate } from './gate.ts';
import { withProgress } from './gate-progress.ts';
import { needsSudo } from './reach-nodes.ts';
import { questionsAbout } from './service-questions.ts';
import { createTurns } from './turns.ts';

/**
 * The engine's work on real nodes: bundles over their connections, gates through the same.
 * @param force whether nodes are restarted although too few of the others serve
 */
export function workOn(site: WorkSite, force: boolean): StageWork {
  const { run, model, snapshot } = site;
  const { context } = run;
  const asked = askedNodes(model, [...site.reached.values()]);
  const questions = new Map(
    model.composition.phases.flatMap((phase) => {
      const { service } = phase;
      if (service === undefined) return [];
      return [[service.name, questionsAbout(model, phase, snapshot)] as const];
    }),
  );
  const turns = createTurns({ questions, asked, force }, context);
  const through = new Set<string>();
  return {
    next: turns.next,
    permit: turns.permit,
    apply: (node, stage, timeline) => applyBundle(site, node, stage, timeline),
    passGate: async (nodes, stage) => {
      const seen = await passGate({ site, asked, force }, nodes, stage, through);
      for (const node of nodes) turns.isBack(node, stage);
      return seen;
    },
    stageDone: async ({ settles, service }) => {
      if (settles && service !== null) await settle(site, service);
    },
  };
}

/** What gates are passed with. */
interface Passing {
  readonly site: WorkSite;
  readonly asked: readonly AskedNode[];
  readonly force: boolean;
}

/**
 * Waits until the nodes of a turn serve, and all members have taken note of that.
 * @param through service and ordinal of the nodes that have passed a gate in this run
 */
async function passGate(
  { site, asked, force }: Passing,
  nodes: readonly StageNode[],
  { gate, settled, service, phases }: Stage,
  through: Set<string>,
): Promise<string> {
  const { context, cluster } = site.run;
  const serving = new Set(nodes.flatMap(({ serves, ordinal }) => (serves ? ordinal : [])));
  const servingNodes = asked.filter(({ scope }) => serving.has(scope.ordinal));
  if (servingNodes.length === 0) return '';
  const gateSite = { ...context, service, sudo: needsSudo(cluster) };
  const phase = phases.at(-1) ?? '';
  const seen =
    gate === null
      ? ''
      : await withProgress(gate, servingNodes, phase, context, () =>
          awaitGate(gate, servingNodes, gateSite),
        );
  for (const ordinal of serving) through.add(`${service} ${ordinal}`);
  // Whom somebody wants restarted at any price may well stay unseen by others.
  if (settled === null || force) return seen;
  const formed = site.model.formed.get(service ?? '') ?? [];
  const members = asked.filter(
    ({ scope, remote }) =>
      remote !== null &&
      (through.has(`${service} ${scope.ordinal}`) || formed.some(isMachineOf(scope))),
  );
  const verdict = await askUntil(settled, members, context);
  if (verdict.ok) return seen;
  throw new DeployerError('not-settled', `the other members do not agree: ${verdict.detail}`, {
    hint: 'It serves, and nothing more was done. Look at the nodes that are named, then run the same command again.',
  });
}

function isMachineOf({ ordinal, incarnation }: NodeScope): (member: Member) => boolean {
  return (member) => member.ordinal === ordinal && member.incarnation === incarnation;
}

/** Remembers who the members of a service are, unless some could not be told of the others. */
async function settle({ run, model, reached }: WorkSite, service: string): Promise<void> {
  const holders = model.nodes.filter((node) =>
    phasesOf(model, node).some((phase) => phase.service?.name === service),
  );
  const { snapshot } = run;
  if (snapshot === null || !holders.every(({ ordinal }) => reached.has(ordinal))) return;
  const members = holders.map(({ ordinal, incarnation, address }) => ({
    ...{ ordinal, incarnation, address },
  }));
  await run.save({ ...snapshot, formed: { ...snapshot.formed, [service]: members } });
}
