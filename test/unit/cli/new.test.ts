import { expect, test } from 'vitest';
import type { Actions } from '../../../src/cli/actions.ts';
import { run } from './fake-session.ts';

test('new tells what it wrote and how to go on, with the program as it was called', async () => {
  const newRecipe: Actions['newRecipe'] = async ({ recipe }) => ({
    recipe,
    folder: '/home/me/mine',
    files: ['mine/recipes/web.yml', 'mine/templates/web/web.service.hbs'],
  });
  const argv = ['new', 'web', '-c', 'mine/config.yml'];
  const env = { DEPLOYER_COMMAND: './deployer' };
  const { code, stdout } = await run(argv, { newRecipe }, { env });

  expect(code).toBe(0);
  expect(stdout).toMatchInlineSnapshot(`
    "wrote  mine/recipes/web.yml
    wrote  mine/templates/web/web.service.hbs
    check  ./deployer check web -c mine/config.yml
    files  ./deployer render web -c mine/config.yml
    run    ./deployer web -c mine/config.yml
    "
  `);
  expect(JSON.parse((await run([...argv, '--json'], { newRecipe })).stdout)).toEqual({
    version: 1,
    operation: 'new',
    ok: true,
    recipe: 'web',
    folder: '/home/me/mine',
    files: ['mine/recipes/web.yml', 'mine/templates/web/web.service.hbs'],
  });
});
