import path from 'node:path';
import { composeRecipe } from '../recipe/compose.ts';
import { allRoleCounts, type Composition, topOf } from '../recipe/composition.ts';
import type { RoleCounts } from '../recipe/count-roles.ts';
import { loadRecipe } from '../recipe/load.ts';
import type { ParamValue } from '../recipe/param-values.ts';
import type { Recipe } from '../recipe/recipe.ts';
import type { RecipeSearch } from '../recipe/search.ts';
import { clusterNameOf } from './cluster-name.ts';
import { type ConfigChoice, findConfig } from './find-config.ts';
import { assertFixed } from './fixed-params.ts';
import { type LoadedProfile, loadProfile } from './load-config.ts';
import { type Origin, type Places, profileOrigins, wishOrigins } from './origins.ts';
import { type Credentials, type Profile, profileOf } from './profile.ts';
import { parseSettings, stillFitting, stillSettable } from './settings.ts';
import { findStateRoot, type StateRoot } from './state-root.ts';

/** What the command line says; everything but the recipe may be left out. */
export interface RequestInput {
  readonly recipe: string;
  /** -p; `default` when left out. */
  readonly profile?: string | undefined;
  /** -c */
  readonly configFile?: string | undefined;
  /** -n */
  readonly count?: number | undefined;
  /** --set, each as `key=value`. */
  readonly set?: readonly string[] | undefined;
  /** What the last request for this cluster asked for; it counts where this one says nothing. */
  readonly remembered?:
    | {
        readonly count: number;
        readonly params: Readonly<Record<string, unknown>>;
        /** Parameters that may not change any more since the cluster has begun to form. */
        readonly fixed: Readonly<Record<string, unknown>>;
      }
    | undefined;
  /** --name */
  readonly name?: string | undefined;
  /** --state */
  readonly state?: string | undefined;
}

/** The part of a request that says where, not what. */
export type ProfileInput = Pick<RequestInput, 'profile' | 'configFile' | 'state'>;

/** What a request is resolved against. */
export interface RequestDeps {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly homeDir: string;
  /** Folder that holds the shipped config.yml, recipes/ and templates/. */
  readonly installation: string;
  /** The program's verbs, which no recipe may be called by. */
  readonly verbs: readonly string[];
}

/** Where a cluster would be made, with every choice made. */
export interface ResolvedProfile {
  readonly profileName: string;
  readonly profile: Profile;
  readonly credentials: Credentials;
  /** Absolute path of the config.yml in force. */
  readonly configFile: string;
  /** Absolute path of the folder under which clusters keep their state; it need not exist. */
  readonly stateRoot: string;
  /** Where every resolved value comes from, in the order of reading. */
  readonly origins: readonly Origin[];
}

/** Where a cluster is and what it is called: all that it takes to find it again, or to remove it. */
export interface ResolvedPlace extends ResolvedProfile {
  readonly recipeName: string;
  readonly clusterName: string;
}

/** One recipe under one profile with every choice made: what all verbs that take a cluster begin with. */
export interface ResolvedRequest extends ResolvedPlace {
  /** The one that was asked for. */
  readonly recipe: Recipe;
  /** It and all that it uses, with every parameter. */
  readonly composition: Composition;
  /** Nodes of the cluster. */
  readonly count: number;
  /** Nodes of each role, by its name in the cluster; the first so many ordinals hold it. */
  readonly roleCounts: RoleCounts;
  /** What flags asked for by name, as opposed to defaults and the profile. */
  readonly asked: {
    readonly count: number | undefined;
    /** Parameters that this request sets. */
    readonly said: ReadonlyMap<string, ParamValue>;
    /** The same together with what is remembered: what is to be remembered next. */
    readonly params: ReadonlyMap<string, ParamValue>;
  };
}

/** What can be told before a recipe is named: which files are in force. */
export interface Surroundings {
  readonly config: ConfigChoice;
  readonly state: StateRoot;
  readonly search: RecipeSearch;
}

/**
 * The files in force: config.yml, state folder, where recipes are looked for.
 *
 * @throws {UsageError} when the config file that was asked for does not exist
 */
export async function findSurroundings(
  input: Pick<RequestInput, 'configFile' | 'state'>,
  deps: RequestDeps,
): Promise<Surroundings> {
  const config = await findConfig({ asked: input.configFile, ...deps });
  const state = await findStateRoot({ asked: input.state, config, ...deps });
  const roots = [...new Set([path.dirname(config.file), path.resolve(deps.installation)])];
  return { config, state, search: { roots, verbs: deps.verbs } };
}

/**
 * The profile that is asked for, `default` when none is, with every choice made and checked.
 *
 * @throws {UsageError} when the command line is wrong
 * @throws {SourceError} when the configuration is wrong
 */
export async function resolveProfile(
  input: ProfileInput,
  deps: RequestDeps,
): Promise<ResolvedProfile> {
  const { config, state } = await findSurroundings(input, deps);
  const loaded = await loadProfile(config.file, input.profile ?? 'default');
  return profileIn(input, { config, state, cwd: deps.cwd }, loaded);
}

/**
 * Where the cluster is and what it is called, without reading its recipe.
 *
 * @throws {UsageError} when the command line is wrong
 * @throws {SourceError} when the configuration is wrong
 */
export async function resolvePlace(
  input: ProfileInput & Pick<RequestInput, 'recipe' | 'name'>,
  deps: RequestDeps,
): Promise<ResolvedPlace> {
  const resolved = await resolveProfile(input, deps);
  const clusterName = clusterNameOf(input.recipe, resolved.profileName, input.name);
  return { ...resolved, recipeName: input.recipe, clusterName };
}

/**
 * The request with every choice made and checked; nothing outside has been touched.
 *
 * @throws {UsageError} when the command line is wrong
 * @throws {SourceError} when the configuration or the recipe is wrong
 */
export async function resolveRequest(
  input: RequestInput,
  deps: RequestDeps,
): Promise<ResolvedRequest> {
  const { search, ...places } = await findSurroundings(input, deps);
  const loaded = await loadProfile(places.config.file, input.profile ?? 'default');
  const recipe = await loadRecipe(input.recipe, search);
  const resolved = profileIn(input, { ...places, cwd: deps.cwd }, loaded);
  const said = parseSettings(recipe, input.set ?? []);
  const settings = new Map([...stillSettable(recipe, input.remembered?.params ?? {}), ...said]);
  const clusterName = clusterNameOf(recipe.name, loaded.name, input.name);
  const settled = stillFitting(recipe, input.remembered?.fixed ?? {});
  const composition = composeRecipe(recipe, {
    count: input.count ?? input.remembered?.count ?? resolved.profile.count,
    settings,
    settled,
    cluster: { name: clusterName, recipe: recipe.name, profile: loaded.name },
  });
  assertFixed(composition, settled, clusterName);
  const wish = {
    ...{ recipe, recipeName: recipe.name, clusterName, composition },
    count: Math.max(...Object.values(topOf(composition).counts)),
    roleCounts: allRoleCounts(composition),
    asked: { count: input.count, said, params: settings },
  };
  const origins = [...resolved.origins, ...wishOrigins(input, wish, loaded, deps.cwd)];
  return { ...resolved, ...wish, origins };
}

function profileIn(input: ProfileInput, places: Places, loaded: LoadedProfile): ResolvedProfile {
  const { profile, credentials } = profileOf(loaded);
  return {
    profileName: loaded.name,
    profile,
    credentials,
    configFile: places.config.file,
    stateRoot: places.state.folder,
    origins: profileOrigins(input, places, loaded),
  };
}
