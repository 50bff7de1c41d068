import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { check } from '../../../src/actions/check.ts';
import type { ActionContext } from '../../../src/actions/context.ts';
import { newRecipe } from '../../../src/actions/new.ts';
import { systemClock } from '../../../src/clock.ts';
import type { DeployerEvent } from '../../../src/events.ts';
import { temporaryFolders } from '../../support/temporary-folder.ts';

const installation = join(import.meta.dirname, '../../..');
const folder = temporaryFolders();

const written = [
  'recipes/web.yml',
  'templates/web/note.sh',
  'templates/web/web.conf.hbs',
  'templates/web/web.service.hbs',
];

function contextIn(cwd: string, told: DeployerEvent[] = []): ActionContext {
  const signal = new AbortController().signal;
  const emit = (event: DeployerEvent) => told.push(event);
  return { cwd, installation, emit, signal, clock: systemClock, env: {} };
}

function scaffold(cwd: string, recipe = 'web', config?: string) {
  return newRecipe({ recipe, config }, contextIn(cwd));
}

/** Every file below the folder. */
function filesIn(path: string): string[] {
  return readdirSync(path, { recursive: true, withFileTypes: true, encoding: 'utf8' })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(path.length + 1))
    .sort();
}

/** A folder that has a config.yml of its own. */
function ownFolder(): string {
  const path = folder();
  writeFileSync(join(path, 'config.yml'), readFileSync(join(installation, 'config.yml')));
  return path;
}

describe('a new recipe', () => {
  it('lies beside the config.yml in force, and is sound', async () => {
    const cwd = ownFolder();

    expect(await scaffold(cwd)).toEqual({ recipe: 'web', folder: cwd, files: written });
    expect(filesIn(cwd)).toEqual(['config.yml', ...written]);
    const request = { recipe: 'web', config: undefined, state: undefined };
    expect(await check(request, contextIn(cwd))).toMatchObject({ phases: 3, proofs: 2 });
  });

  it.for(['a', 'x86-64', 'a-name-of-thirty-letters-is-ok'])('can be called %s', async (recipe) => {
    const cwd = ownFolder();
    await scaffold(cwd, recipe);

    const request = { recipe, config: undefined, state: undefined };
    expect(await check(request, contextIn(cwd))).toMatchObject({ recipe });
  });

  it('leaves nothing of the placeholder for its name', async () => {
    const cwd = ownFolder();
    const { files } = await scaffold(cwd);

    for (const file of files) expect(readFileSync(join(cwd, file), 'utf8')).not.toMatch('NAME');
  });

  it('gets the shipped config.yml beside it where there is none, and says so', async () => {
    const cwd = folder();
    const told: DeployerEvent[] = [];
    const { files } = await newRecipe({ recipe: 'web', config: undefined }, contextIn(cwd, told));

    expect(files).toEqual([...written, 'config.yml']);
    expect(readFileSync(join(cwd, 'config.yml'), 'utf8')).toBe(
      readFileSync(join(installation, 'config.yml'), 'utf8'),
    );
    expect(told).toMatchObject([{ message: expect.stringContaining('config.yml is a copy') }]);
  });

  it('lies in the folder of the config.yml that -c names, and is told of from here', async () => {
    const cwd = folder();
    const other = ownFolder();
    const { folder: chosen, files } = await scaffold(cwd, 'web', join(other, 'config.yml'));

    expect(chosen).toBe(other);
    expect(files.map((file) => join(cwd, file))).toEqual(written.map((file) => join(other, file)));
    expect(filesIn(cwd)).toEqual([]);
  });
});

describe('a new recipe is refused, and nothing written,', () => {
  it.for([
    ['a name that no recipe can have', 'Web', 'invalid-name', 'small letters'],
    ['the name of an operation', 'status', 'invalid-name', 'an operation'],
    ['the name of a recipe that comes with the program', 'hello', 'exists', 'recipes/hello.yml'],
  ] as const)('for %s', async ([, name, code, said]) => {
    const cwd = folder();

    await expect(scaffold(cwd, name)).rejects.toMatchObject({
      code,
      exitCode: 2,
      message: expect.stringContaining(said),
    });
    expect(filesIn(cwd)).toEqual([]);
  });

  it.for(written)('when there is a %s', async (file) => {
    const cwd = ownFolder();
    mkdirSync(join(cwd, file, '..'), { recursive: true });
    writeFileSync(join(cwd, file), 'mine');

    await expect(scaffold(cwd)).rejects.toMatchObject({
      code: 'exists',
      exitCode: 2,
      message: `already there: ${file}`,
    });
    expect(filesIn(cwd)).toEqual(['config.yml', file].sort());
    expect(readFileSync(join(cwd, file), 'utf8')).toBe('mine');
  });

  it('when it cannot be written to its end', async () => {
    const cwd = folder();
    writeFileSync(join(cwd, 'templates'), 'no folder');

    await expect(scaffold(cwd)).rejects.toMatchObject({ code: 'unwritable', exitCode: 2 });
    expect(readdirSync(cwd)).toEqual(['templates']);
  });
});
