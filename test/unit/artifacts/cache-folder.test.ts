import { expect, test } from 'vitest';
import { cacheFolder } from '../../../src/artifacts/cache-folder.ts';

test.each([
  [{}, '/home/me/.cache/deployer'],
  [{ XDG_CACHE_HOME: '/var/cache/me' }, '/var/cache/me/deployer'],
  [{ XDG_CACHE_HOME: 'relative' }, '/home/me/.cache/deployer'],
  [{ DEPLOYER_CACHE: '/srv/cache', XDG_CACHE_HOME: '/var/cache/me' }, '/srv/cache'],
  [{ DEPLOYER_CACHE: 'here' }, '/work/here'],
  [{ DEPLOYER_CACHE: '' }, '/home/me/.cache/deployer'],
])('with %j downloads are kept in %s', (env, folder) => {
  expect(cacheFolder(env, '/home/me', '/work')).toBe(folder);
});
