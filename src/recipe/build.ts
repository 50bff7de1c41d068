import type { RecipeContent } from './content.ts';
import { type LifeEvent, lifeEvents } from './phase-schema.ts';
import type { EventRule, Phase, Recipe, Use } from './recipe.ts';
import type { RecipeDocument, RecipeHead } from './schema.ts';

type PhaseDocument = RecipeDocument['phases'][number][string];

/** What a recipe says before its templates are filled; it has no phases and no proofs yet. */
export function draftRecipe(
  head: RecipeHead,
  loaded: ReadonlyMap<string, Recipe>,
  content: RecipeContent,
  file: string,
): Recipe {
  const { recipe: name, about, supports, params, roles, recorded, secrets } = head;
  const uses = Object.entries(head.uses).flatMap(([used, { params: set, ...use }]): Use[] => {
    const recipe = loaded.get(used);
    return recipe === undefined ? [] : [{ ...use, recipe, params: Object.keys(set) }];
  });
  const told = { name, about, supports, params, roles, recorded, secrets };
  return { ...told, uses, phases: [], proofs: [], file, content };
}

/** The recipe that a checked document describes; what depends on a cluster stays in `content`. */
export function buildRecipe(draft: Recipe, document: RecipeDocument): Recipe {
  const named = document.phases.flatMap((entry) => Object.entries(entry));
  const roles = Object.keys(document.roles);
  return {
    ...draft,
    phases: named.map(([name, phase], index) => {
      const earlier = named.slice(0, index).map(([each]) => each);
      return buildPhase(name, phase, roles, earlier);
    }),
    proofs: document.proofs.map((proof) => ({ about: proof.about, class: proof.class })),
  };
}

function buildPhase(
  name: string,
  phase: PhaseDocument,
  allRoles: readonly string[],
  earlier: readonly string[],
): Phase {
  const { service } = phase;
  const restarting = [...earlier, name].filter((each) => service?.reloads.includes(each) !== true);
  return {
    name,
    bake: phase.bake,
    roles: phase.roles ?? allRoles,
    service: service && {
      ...service,
      inputs: service.inputs ?? restarting,
      quorum: service.quorum,
      voters: service.voters,
      version: service.version,
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
