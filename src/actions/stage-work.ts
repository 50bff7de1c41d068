import type { StageWork } from '../engine/stage-work.ts';
import { phasesOf } from '../plan/wishes.ts';
import { applyBundle, type WorkSite } from './apply-bundle.ts';
import { askedNodes } from './ask-nodes.ts';
import { passGate } from './pass-gate.ts';
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
  const gateSite = {
    context,
    asked,
    force,
    formed: model.formed,
    through: new Set<string>(),
  };
  return {
    next: turns.next,
    permit: turns.permit,
    apply: (node, stage, timeline) => applyBundle(site, node, stage, timeline),
    passGate: async (nodes, stage) => {
      const seen = await passGate(gateSite, nodes, stage);
      for (const node of nodes) turns.isBack(node, stage);
      return seen;
    },
    stageDone: async ({ settles, service }) => {
      if (settles && service !== null) await settle(site, service);
    },
  };
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
