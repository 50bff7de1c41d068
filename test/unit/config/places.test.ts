import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { findConfig } from '../../../src/config/find-config.ts';
import { findStateRoot } from '../../../src/config/state-root.ts';
import { folderWith } from '../recipe/recipe-folder.ts';

async function places() {
  const root = await folderWith({ 'project/config.yml': '', 'installed/config.yml': '' });
  const deep = path.join(root, 'project/a/b');
  await mkdir(deep, { recursive: true });
  return { root, deep, installation: path.join(root, 'installed') };
}

test('the config.yml in force is the nearest one above the current folder', async () => {
  const { root, deep, installation } = await places();
  expect(await findConfig({ asked: undefined, cwd: deep, installation })).toMatchObject({
    file: path.join(root, 'project/config.yml'),
    shipped: false,
  });
});

test('without any, the shipped one is in force', async () => {
  const { root, installation } = await places();
  expect(await findConfig({ asked: undefined, cwd: root, installation })).toMatchObject({
    file: path.join(installation, 'config.yml'),
    shipped: true,
  });
});

test('-c is relative to the current folder', async () => {
  const { root, deep, installation } = await places();
  const choice = await findConfig({ asked: '../../config.yml', cwd: deep, installation });
  expect(choice).toEqual({
    file: path.join(root, 'project/config.yml'),
    origin: '-c',
    shipped: false,
  });
});

function stateOf(
  file: string,
  shipped: boolean,
  more: { asked?: string; env?: NodeJS.ProcessEnv } = {},
) {
  return findStateRoot({
    asked: more.asked,
    env: more.env ?? {},
    cwd: '/current',
    homeDir: '/home/somebody',
    config: { file, origin: 'test', shipped },
  });
}

test('state lives beside the config.yml in force', async () => {
  expect((await stateOf('/project/config.yml', false)).folder).toBe('/project/.deployer');
});

test('--state wins over DEPLOYER_STATE, which wins over the folder beside config.yml', async () => {
  const env = { DEPLOYER_STATE: 'from-env' };
  expect((await stateOf('/project/config.yml', false, { asked: 'flag', env })).folder).toBe(
    '/current/flag',
  );
  expect((await stateOf('/project/config.yml', false, { env })).folder).toBe('/current/from-env');
});

test('the state of an installed package lives at home, that of a working copy beside it', async () => {
  const copy = await folderWith({ 'config.yml': '', 'node_modules/deployer/config.yml': '' });
  const installed = path.join(copy, 'node_modules/deployer/config.yml');
  expect((await stateOf(installed, true)).folder).toBe('/home/somebody/.local/state/deployer');
  expect((await stateOf('/nowhere/config.yml', true)).folder).toBe(
    '/home/somebody/.local/state/deployer',
  );
  expect((await stateOf(path.join(copy, 'config.yml'), true)).folder).toBe(
    path.join(copy, '.deployer'),
  );
});
