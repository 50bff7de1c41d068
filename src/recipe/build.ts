import type { RecipeContent } from './content.ts';
import type { EventRule, Phase, Recipe } from './recipe.ts';
import { type LifeEvent, lifeEvents, type RecipeDocument } from './schema.ts';

type PhaseDocument = RecipeDocument['phases'][number][string];

/** The recipe that a checked document describes; what depends on a cluster stays in `content`. */
export function buildRecipe(
  document: RecipeDocument,
  content: RecipeContent,
  file: string,
): Recipe {
  const named = document.phases.flatMap((entry) => Object.entries(entry));
  const roles = Object.keys(document.roles);
  return {
    name: document.recipe,
    about: document.about,
    supports: document.supports,
    params: document.params,
    roles: document.roles,
    recorded: document.recorded,
    phases: named.map(([name, phase], index) => {
      const earlier = named.slice(0, index).map(([each]) => each);
      return buildPhase(name, phase, roles, earlier);
    }),
    proofs: document.proofs.map((proof) => ({ about: proof.about, class: proof.class })),
    file,
    content,
  };
}

function buildPhase(
  name: string,
  phase: PhaseDocument,
  allRoles: readonly string[],
  earlier: readonly string[],
): Phase {
  return {
    name,
    bake: phase.bake,
    roles: phase.roles ?? allRoles,
    service: phase.service && {
      ...phase.service,
      inputs: phase.service.inputs ?? [...earlier, name],
      quorum: phase.service.quorum,
      version: phase.service.version,
    },
    events: eventsOf(phase),
  };
}

function eventsOf(phase: PhaseDocument): Partial<Record<LifeEvent, EventRule>> {
  return Object.fromEntries(
    lifeEvents.flatMap((event) => {
      const rule = phase[event];
      return rule === undefined ? [] : [[event, { mode: rule.mode, batch: rule.batch }]];
    }),
  );
}
