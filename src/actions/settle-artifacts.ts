import { homedir } from 'node:os';
import path from 'node:path';
import { openCache } from '../artifacts/cache.ts';
import { cacheFolder } from '../artifacts/cache-folder.ts';
import type { Deliverable } from '../artifacts/content.ts';
import { openHttp } from '../artifacts/http.ts';
import { type ResolveDeps, resolveArtifact } from '../artifacts/resolve-artifact.ts';
import type { Step } from '../node/step-kinds.ts';
import { artifactPlace, type ClusterModel } from '../plan/model.ts';
import { resolveArtifacts } from '../recipe/artifacts.ts';
import type { Recipe } from '../recipe/recipe.ts';
import type { ActionContext } from './context.ts';
import { fetchPhase } from './fetch-artifacts.ts';
import { installMaven } from './install-maven.ts';
import type { Cluster } from './open-cluster.ts';

/** All artifacts of a cluster, settled before its nodes are looked at. */
export interface SettledArtifacts {
  /** What nodes are told of each, by its recipe and its key. */
  readonly steps: ClusterModel['artifacts'];
  /** Those with content, by the id of their step. */
  readonly deliverables: ReadonlyMap<string, Deliverable>;
}

/**
 * Settles which files each artifact of the recipe consists of; nothing is asked of the network but a publisher's
 * checksum file, once.
 * @param setup whether Maven may be installed on this computer when files are brought
 * @throws {DeployerError} as {@link resolveArtifact}
 */
export async function settleArtifacts(
  { request }: Pick<Cluster, 'request'>,
  setup: boolean,
  context: ActionContext,
): Promise<SettledArtifacts> {
  const { recipe: top, clusterName: name, profileName: profile, composition } = request;
  const cluster = { name, recipe: top.name, profile };
  const steps = new Map<string, Step>();
  const deliverables = new Map<string, Deliverable>();
  for (const { recipe, params } of composition.components) {
    const deps = resolveDeps(recipe, request.configFile, setup, context);
    for (const { artifact } of resolveArtifacts(recipe, { cluster, params })) {
      const { step, deliverable } = await resolveArtifact(artifact, deps);
      steps.set(artifactPlace(recipe.name, artifact), step);
      if (deliverable !== null) deliverables.set(deliverable.step.id, deliverable);
    }
  }
  return { steps, deliverables };
}

/** Where downloads are kept on this computer. */
export function cacheOf({ env, cwd }: ActionContext): string {
  return cacheFolder(env, homedir(), cwd);
}

/** The folder of a recipe's lock files. */
export function lockFolder(recipe: { readonly file: string; readonly name: string }): string {
  return path.join(path.dirname(path.dirname(recipe.file)), 'templates', recipe.name);
}

function resolveDeps(
  recipe: Recipe,
  configFile: string,
  setup: boolean,
  context: ActionContext,
): ResolveDeps {
  const { clock, signal, env, emit } = context;
  const onProgress = (text: string) => {
    emit({ type: 'phase-progress', phase: fetchPhase, text });
  };
  const onDamaged = (file: string) => {
    const message = `${file} was damaged and has been removed`;
    emit({ type: 'notice', level: 'warning', message, hint: 'It is fetched again.' });
  };
  return {
    ...{ clock, signal, env, onProgress },
    cache: openCache(cacheOf(context), onDamaged),
    http: openHttp(env),
    folders: { templates: lockFolder(recipe), config: path.dirname(configFile) },
    installMaven: () => installMaven(setup, context, onProgress),
  };
}
