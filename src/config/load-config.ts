import { SourceError, type SourceLocation, UsageError } from '../errors.ts';
import { suggestion } from '../suggest.ts';
import type { YamlDocument, YamlPath } from '../yaml/parse.ts';
import { ownEntry, valueAt } from '../yaml/value-at.ts';
import { type Checked, findProfileFiles, readChecked } from './config-files.ts';
import { type ProfileDocument, ProfileSchema } from './profile-schema.ts';
import { type ConfigDocument, ConfigSchema } from './schema.ts';

/** One profile with its credentials, as the files have them. */
export interface LoadedProfile {
  readonly name: string;
  readonly profile: ProfileDocument;
  readonly credentials: ConfigDocument['credentials'][string];
  /** Place of a key of the profile; undefined when the file does not have it. */
  readonly locate: (path: YamlPath) => SourceLocation | undefined;
  readonly locateCredentials: (path: YamlPath) => SourceLocation | undefined;
}

/** Where one profile was found: under `profiles:`, or as `profiles/NAME.yml`. */
interface Found {
  readonly profile: ProfileDocument;
  readonly document: YamlDocument;
  readonly at: YamlPath;
}

/**
 * The profile called `name`: under `profiles:` of the config file, or in `profiles/NAME.yml` beside it.
 *
 * @throws {UsageError} with code `unknown-profile`, the nearest name and the list of all
 * @throws {SourceError} when a file is wrong, with every place
 */
export async function loadProfile(configFile: string, name: string): Promise<LoadedProfile> {
  const config = await readChecked(configFile, ConfigSchema);
  const { profile, document, at } = await findProfile(config, configFile, name);
  const credentials = ownEntry(config.value.credentials, profile.credentials);
  if (credentials === undefined) {
    const known = Object.keys(config.value.credentials);
    throw new SourceError([
      {
        location: document.locate([...at, 'credentials']),
        message: `there are no credentials "${profile.credentials}" in ${configFile}`,
        hint: suggestion(profile.credentials, known, 'credentials'),
      },
    ]);
  }
  return {
    name,
    profile,
    credentials,
    locate: locatorOf(document, at),
    locateCredentials: locatorOf(config.document, ['credentials', profile.credentials]),
  };
}

async function findProfile(
  config: Checked<ConfigDocument>,
  configFile: string,
  name: string,
): Promise<Found> {
  const inline = Object.keys(config.value.profiles);
  const files = await findProfileFiles(configFile);
  const file = files.get(name);
  const profile = ownEntry(config.value.profiles, name);
  if (profile !== undefined && file !== undefined) {
    throw new SourceError([
      {
        location: config.document.locate(['profiles', name], 'key'),
        message: `the profile "${name}" stands here and in ${file}`,
        hint: 'remove one of the two',
      },
    ]);
  }
  if (profile !== undefined) return { profile, document: config.document, at: ['profiles', name] };
  if (file === undefined) throw unknownProfile(name, [...inline, ...files.keys()]);
  const read = await readChecked(file, ProfileSchema);
  return { profile: read.value, document: read.document, at: [] };
}

function unknownProfile(name: string, known: readonly string[]): UsageError {
  return new UsageError('unknown-profile', `there is no profile "${name}"`, {
    hint: suggestion(name, known, 'profiles'),
  });
}

function locatorOf(
  document: YamlDocument,
  at: YamlPath,
): (inner: YamlPath) => SourceLocation | undefined {
  return (inner) => {
    const whole = [...at, ...inner];
    return valueAt(document.value, whole) === undefined ? undefined : document.locate(whole);
  };
}
