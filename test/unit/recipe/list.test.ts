import { expect, test } from 'vitest';
import { listRecipes } from '../../../src/recipe/list.ts';
import { folderWith } from './recipe-folder.ts';

test('recipes of all folders are listed by name, the nearest of equal ones, broken ones with their problems', async () => {
  const near = await folderWith({
    'recipes/b.yml': 'about: near\n',
    'recipes/broken.yml': 'about: [',
    'recipes/notes.txt': '',
  });
  const far = await folderWith({
    'recipes/a.yml': 'about: far\n',
    'recipes/b.yml': 'about: hidden\n',
  });
  const listing = await listRecipes({ roots: [near, far, '/nowhere'], verbs: [] });
  expect(listing.map(({ name, about, problems }) => [name, about, problems.length])).toEqual([
    ['a', 'far', 0],
    ['b', 'near', 0],
    ['broken', undefined, 1],
  ]);
});
