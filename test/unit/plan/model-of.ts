import { join } from 'node:path';
import { fillParams } from '../../../src/config/settings.ts';
import type { ClusterModel, Member } from '../../../src/plan/model.ts';
import { nodeName, placeholder } from '../../../src/plan/model.ts';
import { loadRecipe } from '../../../src/recipe/load.ts';
import type { Recipe } from '../../../src/recipe/recipe.ts';
import { folderWith } from '../recipe/recipe-folder.ts';

const root = join(import.meta.dirname, '../../..');

/** A cluster of a shipped recipe with this many nodes, as it is to be before it exists. */
export async function modelOfRecipe(name: string, count: number): Promise<ClusterModel> {
  return modelOf(await loadRecipe(name, { roots: [root], verbs: [] }), count);
}

/** A cluster of a recipe that a test wrote itself; the recipe is called `demo`. */
export async function modelOfText(text: string, count: number): Promise<ClusterModel> {
  const folder = await folderWith({ 'recipes/demo.yml': text });
  return modelOf(await loadRecipe('demo', { roots: [folder], verbs: [] }), count);
}

function modelOf(recipe: Recipe, count: number): ClusterModel {
  const ordinals = Array.from({ length: count }, (_, index) => index + 1);
  const { name } = recipe;
  const cluster = { name: `${name}-default`, uid: 'uid', recipe: name, profile: 'default' };
  return {
    recipe,
    cluster,
    params: fillParams(recipe, new Map()),
    recorded: { founders: ordinals.map((ordinal) => ({ ordinal, incarnation: 1 })) },
    formed: new Map(),
    nodes: ordinals.map((ordinal) => ({
      ordinal,
      name: nodeName(cluster.name, ordinal),
      address: placeholder(nodeName(cluster.name, ordinal), 'address'),
      publicAddress: null,
      zone: null,
      roles: Object.keys(recipe.roles),
      facts: { memoryMib: 4096, cpus: 2 },
      founder: true,
      incarnation: 1,
    })),
  };
}

/** The cluster after these nodes, or all, became members of every one of its services. */
export function formed(
  model: ClusterModel,
  ordinals: readonly number[] = model.nodes.map(({ ordinal }) => ordinal),
): ClusterModel {
  const members = ordinals.map((ordinal): Member => ({ ordinal, incarnation: 1 }));
  const services = model.recipe.phases.flatMap(({ service }) => service?.name ?? []);
  return { ...model, formed: new Map(services.map((service) => [service, members])) };
}

/** The cluster in which these nodes are on their second machine. */
export function onNewMachines(model: ClusterModel, ordinals: readonly number[]): ClusterModel {
  const nodes = model.nodes.map((node) =>
    ordinals.includes(node.ordinal) ? { ...node, incarnation: 2, founder: false } : node,
  );
  return { ...model, nodes };
}
