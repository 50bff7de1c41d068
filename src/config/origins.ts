import path from 'node:path';
import { formatDuration } from '../duration.ts';
import type { SourceLocation } from '../errors.ts';
import { type Component, qualified } from '../recipe/composition.ts';
import type { ConfigChoice } from './find-config.ts';
import type { LoadedProfile } from './load-config.ts';
import { imageText, type Profile, profileOf } from './profile.ts';
import { describeSecret } from './read-secret.ts';
import type { ProfileInput, RequestInput, ResolvedProfile, ResolvedRequest } from './request.ts';
import type { StateRoot } from './state-root.ts';

/** One resolved value and where it comes from. */
export interface Origin {
  /** Like `profile.image` or `params.clientPort`. */
  readonly key: string;
  /** The value as text; a secret is shown as where it is read from. */
  readonly value: string;
  /** Like `config.yml:7:5`, `--set` or `default of recipe zookeeper`. */
  readonly origin: string;
}

/** The files in force, and the folder that shown paths are relative to where they lie below it. */
export interface Places {
  readonly config: ConfigChoice;
  readonly state: StateRoot;
  readonly cwd: string;
}

/** Where the values of a profile come from, and the files in force. */
export function profileOrigins(
  input: ProfileInput,
  { config, state, cwd }: Places,
  loaded: LoadedProfile,
): readonly Origin[] {
  const { profile, credentials } = profileOf(loaded);
  const field = (at: string[], value: string): Origin => ({
    key: ['profile', ...at].join('.'),
    value,
    origin: shownPlace(loaded.locate(at), cwd) ?? 'default',
  });
  return [
    { key: 'config', value: config.file, origin: config.origin },
    { key: 'state', value: state.folder, origin: state.origin },
    { key: 'profile', value: loaded.name, origin: input.profile === undefined ? 'default' : '-p' },
    ...machineOrigins(profile, field),
    field(['hostKeys'], profile.hostKeys),
    field(['artifacts'], profile.artifacts),
    field(['timeouts', 'reach'], formatDuration(profile.reachTimeoutMs)),
    ...credentialOrigins(credentials, loaded, cwd),
  ];
}

function machineOrigins(
  { image, instanceTypes, username, zones, markets, hosts, via }: Profile,
  field: (at: string[], value: string) => Origin,
): readonly Origin[] {
  if (hosts.length > 0) {
    return [
      field(['hosts'], hosts.map(({ address }) => address).join(', ')),
      field(['username'], username ?? 'as each host or ~/.ssh/config says'),
      ...(via === undefined ? [] : [field(['via'], via.host)]),
    ];
  }
  return [
    field(['image'], imageText(image)),
    field(['instanceType'], instanceTypes.join(', ')),
    field(['username'], username ?? 'as the image says'),
    ...(zones.length === 0 ? [] : [field(['zones'], zones.join(', '))]),
    field(['market'], markets.join(', ')),
    ...(via === undefined ? [] : [field(['via'], via.host)]),
  ];
}

function credentialOrigins(
  { kind, name, ...fields }: ResolvedProfile['credentials'],
  loaded: LoadedProfile,
  cwd: string,
): readonly Origin[] {
  const inner = Object.entries(fields).flatMap(([key, value]) => {
    const origin = shownPlace(loaded.locateCredentials([key]), cwd);
    if (value === undefined || origin === undefined) return [];
    const shown = typeof value === 'string' ? value : describeSecret(value);
    return [{ key: `credentials.${key}`, value: shown, origin }];
  });
  const value = kind === 'local' ? `${name} (the cloud on this computer)` : name;
  const origin = shownPlace(loaded.locate(['credentials']), cwd) ?? 'default';
  return [{ key: 'credentials', value, origin }, ...inner];
}

/** Where the values come from that say what is made: recipe, name, count, parameters. */
export function wishOrigins(
  input: RequestInput,
  wish: Pick<ResolvedRequest, 'recipe' | 'clusterName' | 'count' | 'composition' | 'asked'>,
  loaded: LoadedProfile,
  cwd: string,
): readonly Origin[] {
  const byRecipe = `default of recipe ${wish.recipe.name}`;
  const countOrigin = countOriginOf(input) ?? shownPlace(loaded.locate(['count']), cwd) ?? byRecipe;
  return [
    { key: 'recipe', value: wish.recipe.name, origin: shownFile(wish.recipe.file, cwd) },
    {
      key: 'cluster',
      value: wish.clusterName,
      origin: input.name === undefined ? 'recipe and profile' : '--name',
    },
    { key: 'count', value: String(wish.count), origin: countOrigin },
    ...wish.composition.components
      .toReversed()
      .flatMap((component) => paramOrigins(component, wish.asked, cwd)),
  ];
}

function paramOrigins(
  component: Component,
  asked: ResolvedRequest['asked'],
  cwd: string,
): readonly Origin[] {
  const { params, passed, recipe } = component;
  return Object.entries(params).map(([own, value]) => {
    const name = qualified(component, own);
    const passedAt = shownPlace(passed.get(own)?.location, cwd);
    return {
      key: `params.${name}`,
      value: typeof value === 'object' ? JSON.stringify(value) : String(value),
      origin: passedAt ?? paramOriginOf(name, asked) ?? `default of recipe ${recipe.name}`,
    };
  });
}

const fromLastRun = 'the last run, remembered';

function countOriginOf({ count, remembered }: RequestInput): string | undefined {
  if (count !== undefined) return '-n';
  return remembered === undefined ? undefined : fromLastRun;
}

function paramOriginOf(
  name: string,
  { said, params }: ResolvedRequest['asked'],
): string | undefined {
  if (said.has(name)) return '--set';
  return params.has(name) ? fromLastRun : undefined;
}

function shownPlace(place: SourceLocation | undefined, cwd: string): string | undefined {
  return place && `${shownFile(place.file, cwd)}:${place.line}:${place.column}`;
}

function shownFile(file: string, cwd: string): string {
  const relative = path.relative(cwd, file);
  return relative.startsWith('..') ? file : relative;
}
