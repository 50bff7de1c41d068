import { findProfileFiles, readChecked } from './config-files.ts';
import { ProfileSchema } from './profile-schema.ts';
import { ConfigSchema } from './schema.ts';

/** A profile as a list shows it. */
export interface ProfileListing {
  readonly name: string;
  readonly about: string | undefined;
}

/**
 * Every profile of the config file and of `profiles/` beside it, by name in alphabetical order.
 *
 * @throws {SourceError} when a file is wrong, with every place
 */
export async function listProfiles(configFile: string): Promise<readonly ProfileListing[]> {
  const config = await readChecked(configFile, ConfigSchema);
  const files = [...(await findProfileFiles(configFile))];
  const inFiles = files.map(async ([name, file]) => {
    const { value } = await readChecked(file, ProfileSchema);
    return { name, about: value.about };
  });
  const inline = Object.entries(config.value.profiles).map(([name, { about }]) => ({
    name,
    about,
  }));
  const all = [...inline, ...(await Promise.all(inFiles))];
  return all.sort((a, b) => (a.name < b.name ? -1 : 1));
}
