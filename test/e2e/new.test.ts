import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { livingMachines, nameOf } from './support/ground-truth.ts';
import { errorOf, resultOf } from './support/program.ts';
import { CreateResultSchema, DestroyResultSchema, StatusResultSchema } from './support/results.ts';
import { openWorkspace, type Workspace } from './support/workspace.ts';

const NewResultSchema = z.strictObject({
  version: z.literal(1),
  operation: z.literal('new'),
  ok: z.literal(true),
  recipe: z.string(),
  folder: z.string(),
  files: z.array(z.string()),
});

let workspace: Workspace;
beforeAll(async () => {
  workspace = await openWorkspace();
  for (const entry of await readdir(workspace.folder)) {
    await rm(join(workspace.folder, entry), { recursive: true });
  }
});
afterAll(async () => workspace[Symbol.asyncDispose]());

describe('a recipe that deployer new began in an empty folder', () => {
  it('is written with all that it needs, and once only', async () => {
    const outcome = await workspace.run(['new', 'web', '--json']);

    expect(outcome.code, outcome.stderr).toBe(0);
    const { folder, files } = resultOf(outcome, NewResultSchema);
    expect(folder).toBe(workspace.folder);
    expect((await readdir(workspace.folder)).sort()).toEqual([
      'config.yml',
      'recipes',
      'templates',
    ]);
    expect(files).toContain('recipes/web.yml');
    expect(errorOf(await workspace.run(['new', 'web', '--json'])).code).toBe('exists');
  });

  it('is sound', async () => {
    const outcome = await workspace.run(['check', 'web']);

    expect(outcome.code, outcome.stderr).toBe(0);
  });

  it('becomes a proven cluster of one', async () => {
    const outcome = await workspace.run(['web', '-n', '1', '--json']);

    expect(outcome.code, outcome.stdout + outcome.stderr).toBe(0);
    const { proofs, outputs, nodes } = resultOf(outcome, CreateResultSchema);
    expect(proofs.map(({ class: kind, ok }) => [kind, ok])).toEqual([
      ['read', true],
      ['write', true],
    ]);
    expect((await livingMachines(workspace)).map(nameOf)).toEqual(['web-default-1']);
    const page = await fetch(outputs['open']?.trim() ?? '');
    expect(await page.text()).toBe(`hello from ${nodes[0]?.name}\n`);
  });

  it('changes a running node when a parameter does', async () => {
    const outcome = await workspace.run(['web', '--set', 'port=9090', '--json']);

    expect(outcome.code, outcome.stdout + outcome.stderr).toBe(0);
    const { changed, outputs } = resultOf(outcome, CreateResultSchema);
    expect(changed).toBe(true);
    const address = outputs['open']?.trim() ?? '';
    expect(new URL(address).port).toBe('9090');
    expect((await fetch(address)).ok).toBe(true);
  });

  it('has a status, and is destroyed without a trace', async () => {
    const status = resultOf(await workspace.run(['status', 'web', '--json']), StatusResultSchema);
    expect(status).toMatchObject({ ok: true, nodes: [{ healthy: true }] });

    const destroyed = await workspace.run(['destroy', 'web', '--json']);
    expect(destroyed.code, destroyed.stderr).toBe(0);
    expect(resultOf(destroyed, DestroyResultSchema).removed).toHaveLength(1);
    expect(await livingMachines(workspace)).toEqual([]);
  });
});
