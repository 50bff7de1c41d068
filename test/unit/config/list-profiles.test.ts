import path from 'node:path';
import { expect, test } from 'vitest';
import { listProfiles } from '../../../src/config/list-profiles.ts';
import { resolveProfile } from '../../../src/config/request.ts';
import { folderWith } from '../recipe/recipe-folder.ts';

const installation = path.resolve(import.meta.dirname, '../../..');

const profile = 'credentials: local, image: debian-12, instanceType: t3.small';

test('profiles of config.yml and of files beside it are listed together', async () => {
  const folder = await folderWith({
    'config.yml': `profiles:\n  small: {${profile}}\n`,
    'profiles/big.yml': `{${profile}, about: many nodes}\n`,
    'profiles/README.md': '',
  });
  expect(await listProfiles(path.join(folder, 'config.yml'))).toEqual([
    { name: 'big', about: 'many nodes' },
    { name: 'small', about: undefined },
  ]);
});

test('the shipped profile needs nothing: it is the cloud on this computer', async () => {
  const cwd = await folderWith({});
  const deps = { cwd, env: {}, homeDir: cwd, installation, verbs: [] };
  const resolved = await resolveProfile({}, deps);
  expect(resolved).toMatchObject({
    profileName: 'default',
    credentials: { kind: 'local' },
    profile: { image: 'debian-12', username: 'root', hostKeys: 'console' },
    configFile: path.join(installation, 'config.yml'),
  });
});
