import { symlink } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { resultOf, startCommand } from './support/program.ts';
import { openWorkspace, type Workspace } from './support/workspace.ts';

const launcher = resolve(import.meta.dirname, '../../deployer');
const ListSchema = z.object({ recipes: z.array(z.object({ name: z.string() })) });

let workspace: Workspace;
beforeAll(async () => {
  workspace = await openWorkspace();
  await symlink(launcher, join(workspace.folder, 'deployer'));
  await symlink(join(workspace.folder, 'deployer'), join(workspace.folder, 'again'));
});
afterAll(async () => workspace[Symbol.asyncDispose]());

describe('./deployer', () => {
  it.for([
    ['from another folder', launcher],
    ['through a symbolic link', './deployer'],
    ['through a link to a link', './again'],
  ] as const)('finds the program, its recipes and those of the folder %s', async ([, file]) => {
    const { folder: cwd, env } = workspace;

    const outcome = await startCommand([file, 'list', '--json'], { cwd, env }).ended;

    expect(outcome.code, outcome.stderr).toBe(0);
    const recipes = resultOf(outcome, ListSchema).recipes.map(({ name }) => name);
    expect(recipes).toEqual(expect.arrayContaining(['zookeeper', 'hello', 'waiting']));
  });
});
