import { join } from 'node:path';
import { fillParams } from '../../../src/config/settings.ts';
import type { ClusterModel } from '../../../src/plan/model.ts';
import { nodeName, placeholder } from '../../../src/plan/model.ts';
import { loadRecipe } from '../../../src/recipe/load.ts';

const root = join(import.meta.dirname, '../../..');

/** A cluster of a shipped recipe with this many nodes, as it is to be before it exists. */
export async function modelOfRecipe(name: string, count: number): Promise<ClusterModel> {
  const recipe = await loadRecipe(name, { roots: [root], verbs: [] });
  const ordinals = Array.from({ length: count }, (_, index) => index + 1);
  const cluster = { name: `${name}-default`, uid: 'uid', recipe: name, profile: 'default' };
  return {
    recipe,
    cluster,
    params: fillParams(recipe, new Map()),
    recorded: { founders: ordinals.map((ordinal) => ({ ordinal, incarnation: 1 })) },
    formed: new Set(),
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
