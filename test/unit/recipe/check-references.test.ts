import { expect, test } from 'vitest';
import { loadRecipe } from '../../../src/recipe/load.ts';
import { folderWith, refusals } from './recipe-folder.ts';

const whole = `recipe: demo
about: for tests
supports: [debian-12]
roles:
  server: {count: 3}
phases:
  - start:
      service: {name: demo, quorum: majority}
      gate: {probe: {command: serves}}
`;

async function load(text: string) {
  const folder = await folderWith({ 'recipes/demo.yml': text });
  return { folder, recipe: loadRecipe('demo', { roots: [folder], verbs: [] }) };
}

async function check(text: string): Promise<readonly string[]> {
  const { folder, recipe } = await load(text);
  return refusals(folder, recipe);
}

test('a service that needs a majority says so, and one that does not says nothing', async () => {
  const { recipe } = await load(whole);
  expect((await recipe).phases[0]?.service?.quorum).toBe('majority');
  const { recipe: other } = await load(whole.replace(', quorum: majority', ''));
  expect((await other).phases[0]?.service?.quorum).toBeUndefined();
});

test('a service that needs a majority needs a gate of its phase, which tells who serves', async () => {
  const gateless = whole.replace('gate: {probe', 'update: {mode: serial, gate: {probe');
  expect(await check(gateless.replace('serves}}', 'serves}}}'))).toEqual([
    'recipes/demo.yml:8:37 "quorum" needs a gate | give the phase a gate: whoever passes it serves',
  ]);
});

test('a service that needs a majority is updated one by one', async () => {
  const batched = whole.replace(
    '      gate:',
    '      update: {mode: batched, batch: 2}\n      gate:',
  );
  expect(await check(batched)).toEqual([
    'recipes/demo.yml:9:22 members of a service that needs a quorum are updated one by one | write mode: serial',
  ]);
});

test('a gate needs a service whose nodes it is asked of', async () => {
  const service = '      service: {name: demo, quorum: majority}\n';
  expect(await check(whole.replace(service, ''))).toEqual([
    'recipes/demo.yml:8:13 "gate" needs a service | it is asked of the nodes of a service before the work goes on',
  ]);
});

test('a quorum is a majority, or all but some', async () => {
  expect(await check(whole.replace('majority', 'most'))).toEqual([
    expect.stringContaining('recipes/demo.yml:8:37 expected majority or {allBut: N}'),
  ]);
});

test('who counts for a quorum is a role of the recipe, and there is a quorum', async () => {
  const voters = (text: string) => whole.replace('quorum: majority', text);
  const { recipe } = await load(voters('quorum: majority, voters: server'));
  expect((await recipe).phases[0]?.service?.voters).toBe('server');
  expect(await check(voters('quorum: majority, voters: servers'))).toEqual([
    'recipes/demo.yml:8:55 there is no role "servers" | did you mean "server"?',
  ]);
  expect(await check(voters('voters: server'))).toEqual([
    'recipes/demo.yml:8:37 "voters" needs a quorum | it says who counts for it',
  ]);
});

test('a service reloads for a phase that comes before it', async () => {
  const reloads = whole.replace('quorum: majority', 'reloads: [stat]');
  expect(await check(reloads)).toEqual([
    'recipes/demo.yml:8:39 there is no earlier phase "stat" | did you mean "start"?',
  ]);
});
