import { join } from 'node:path';
import type { ClusterModel } from '../../../src/plan/model.ts';
import { nodeName, placeholder } from '../../../src/plan/model.ts';
import { composeRecipe } from '../../../src/recipe/compose.ts';
import { allRoleCounts } from '../../../src/recipe/composition.ts';
import { loadRecipe } from '../../../src/recipe/load.ts';
import type { ParamValue } from '../../../src/recipe/param-values.ts';
import type { Recipe } from '../../../src/recipe/recipe.ts';
import { completeRecorded } from '../../../src/recipe/recorded.ts';
import type { Member } from '../../../src/recipe/scope.ts';
import { folderWith } from '../recipe/recipe-folder.ts';

const root = join(import.meta.dirname, '../../..');

/** What a test may say about a cluster beside its recipe. */
export interface ModelChoices {
  readonly settings?: Readonly<Record<string, ParamValue>>;
}

/** A cluster of a shipped recipe with this many nodes, as it is to be before it exists. */
export async function modelOfRecipe(
  name: string,
  count: number,
  choices: ModelChoices = {},
): Promise<ClusterModel> {
  return modelOf(await loadRecipe(name, { roots: [root], verbs: [] }), count, choices);
}

/** A cluster of a recipe that a test wrote itself; the recipe is called `demo`. */
export function modelOfText(
  text: string,
  count: number,
  choices: ModelChoices = {},
): Promise<ClusterModel> {
  return modelOfTexts({ demo: text }, count, choices);
}

/** A cluster of recipes that a test wrote itself, by name; the first is the one that is asked for. */
export async function modelOfTexts(
  texts: Readonly<Record<string, string>>,
  count: number,
  choices: ModelChoices = {},
): Promise<ClusterModel> {
  const files = Object.entries(texts).map(([name, text]) => [`recipes/${name}.yml`, text]);
  const folder = await folderWith(Object.fromEntries(files));
  const [first = ''] = Object.keys(texts);
  return modelOf(await loadRecipe(first, { roots: [folder], verbs: [] }), count, choices);
}

function modelOf(recipe: Recipe, count: number, { settings = {} }: ModelChoices): ClusterModel {
  const ordinals = Array.from({ length: count }, (_, index) => index + 1);
  const named = { name: `${recipe.name}-default`, recipe: recipe.name, profile: 'default' };
  // What would be refused as an even number can still be looked at.
  const isOdd = Object.values(recipe.roles).some(({ odd }) => odd);
  const composition = composeRecipe(recipe, {
    count: isOdd && count % 2 === 0 ? count + 1 : count,
    settings: new Map(Object.entries(settings)),
    settled: new Map(),
    cluster: named,
  });
  const counts = allRoleCounts(composition);
  const values = {
    cluster: { ...named, uid: 'uid' },
    formed: new Map(),
    artifacts: new Map(),
    nodes: ordinals.map((ordinal) => ({
      ordinal,
      name: nodeName(named.name, ordinal),
      address: placeholder(nodeName(named.name, ordinal), 'address'),
      publicAddress: null,
      zone: null,
      roles: Object.keys(counts).filter((role) => ordinal <= (counts[role] ?? 0)),
      facts: { memoryMib: 4096, cpus: 2 },
      founder: true,
      incarnation: 1,
      replaces: null,
    })),
  };
  return {
    composition,
    ...values,
    recorded: completeRecorded(composition, values, {}),
    secrets: {},
  };
}

/** The cluster after these nodes, or all, became members of every one of its services. */
export function formed(
  model: ClusterModel,
  ordinals: readonly number[] = model.nodes.map(({ ordinal }) => ordinal),
): ClusterModel {
  const members = ordinals.map((ordinal): Member => ({ ordinal, incarnation: 1 }));
  const services = model.composition.phases.flatMap(({ service }) => service?.name ?? []);
  return { ...model, formed: new Map(services.map((service) => [service, members])) };
}

/** The cluster in which these nodes are on their second machine. */
export function onNewMachines(model: ClusterModel, ordinals: readonly number[]): ClusterModel {
  const nodes = model.nodes.map((node) =>
    ordinals.includes(node.ordinal) ? { ...node, incarnation: 2, founder: false } : node,
  );
  return { ...model, nodes };
}
