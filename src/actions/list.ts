import { listProfiles } from '../config/list-profiles.ts';
import { toDeployerError } from '../errors.ts';
import { listRecipes } from '../recipe/list.ts';
import { listClusters, openClusterState } from '../state/cluster-state.ts';
import type { ActionContext, WorkspaceRequest } from './context.ts';
import { surroundingsOf } from './surroundings.ts';

/** In which workspace. */
export type ListRequest = WorkspaceRequest;

/** What there is in a workspace. */
export interface ListResult {
  readonly recipes: readonly {
    readonly name: string;
    readonly about: string;
    readonly file: string;
  }[];
  readonly profiles: readonly { readonly name: string; readonly about: string }[];
  readonly clusters: readonly {
    readonly name: string;
    readonly recipe: string;
    readonly profile: string;
    readonly nodes: number;
  }[];
}

/** Recipes, profiles and remembered clusters; no cloud is asked. */
export async function list(request: ListRequest, context: ActionContext): Promise<ListResult> {
  const { config, state, search } = await surroundingsOf(request, context);
  const [recipes, profiles, names] = await Promise.all([
    listRecipes(search),
    listProfiles(config.file),
    listClusters(state.folder),
  ]);
  const clusters = names.map((cluster) => rememberedCluster(state.folder, cluster, context));
  return {
    recipes: recipes.map(({ name, file, about, problems }) => ({
      name,
      file,
      about: about ?? problems[0]?.message ?? '',
    })),
    profiles: profiles.map(({ name, about }) => ({ name, about: about ?? '' })),
    clusters: (await Promise.all(clusters)).filter((cluster) => cluster !== null),
  };
}

async function rememberedCluster(
  root: string,
  name: string,
  { clock, emit }: ActionContext,
): Promise<ListResult['clusters'][number] | null> {
  const state = openClusterState({ root, cluster: name, clock });
  const { snapshot, notice } = await state.snapshot.read().catch((error: unknown) => {
    const message = `${name}: ${toDeployerError(error).message}`;
    return { snapshot: null, notice: { level: 'warning' as const, message } };
  });
  if (notice !== null) emit({ type: 'notice', ...notice });
  if (snapshot === null) return null;
  const { recipe, profile, nodes } = snapshot;
  return { name, recipe, profile, nodes: nodes.length };
}
