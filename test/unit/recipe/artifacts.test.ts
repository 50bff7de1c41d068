import { describe, expect, test } from 'vitest';
import { resolveArtifacts } from '../../../src/recipe/artifacts.ts';
import { loadRecipe } from '../../../src/recipe/load.ts';
import { folderWith, refusals } from './recipe-folder.ts';

const thing = (version: string, more = '') => `
        - artifact:
            name: thing
            version: ${version}
            source: "{{params.source}}"
            sources:
              maven: {maven: {lock: "thing-{{params.version}}.lock", into: lib}}
              own: {file: "{{cluster.name}}.zip", checksum: {sha256: ${'a'.repeat(64)}}, unpack: {strip: "{{params.strip}}"}}${more}`;

const recipe = (...steps: readonly string[]) => `recipe: demo
about: for tests
supports: [debian-12]
params:
  version: {default: "1.0", about: version}
  source: {default: maven, about: source}
  strip: {type: integer, default: 1, about: strip}
roles:
  server: {count: 2}
phases:
  - install:
      steps: ${steps.join('')}
  - more:
      steps: ${thing('"{{params.version}}"')}
`;

async function load(text: string) {
  const folder = await folderWith({ 'recipes/demo.yml': text });
  return { folder, recipe: loadRecipe('demo', { roots: [folder], verbs: [] }) };
}

describe('the artifacts of a recipe', () => {
  const scope = {
    cluster: { name: 'demo-default', recipe: 'demo', profile: 'default' },
    params: { version: '2.0', source: 'own', strip: 3 },
  };

  test('are filled before there are nodes, and each is told once', async () => {
    const loaded = await (await load(recipe(thing('"{{params.version}}"'), thing('"9"')))).recipe;
    const found = resolveArtifacts(loaded, scope);
    expect(found.map(({ artifact }) => artifact)).toMatchObject([
      {
        version: '2.0',
        source: 'own',
        sources: {
          maven: { maven: { lock: 'thing-2.0.lock' } },
          own: { file: 'demo-default.zip', unpack: { strip: 3 } },
        },
      },
      { version: '9' },
    ]);
    expect(found[1]?.at).toEqual(['phases', 0, 'install', 'steps', 1, 'artifact']);
  });

  test('with a value that cannot be are refused at their place', async () => {
    const { folder, recipe: loaded } = await load(recipe(thing('"{{params.version}}"')));
    const resolved = loaded.then((each) =>
      resolveArtifacts(each, { ...scope, params: { ...scope.params, version: '../2.0' } }),
    );
    expect(await refusals(folder, resolved)).toEqual([
      expect.stringMatching(/^recipes\/demo.yml:15:22 must be a version like 5.0.6/),
      expect.stringMatching(/^recipes\/demo.yml:18:37 expected the name of a file/),
    ]);
  });

  test.each(['node.name', 'nodes', 'roles.server', 'cluster.uid'])(
    'cannot speak of {{%s}}, which is not known when they are settled',
    async (name) => {
      const { folder, recipe: loaded } = await load(recipe(thing(`"{{${name}}}"`)));
      const told = await refusals(folder, loaded);
      expect(told).toHaveLength(1);
      expect(told[0]).toMatch(/^recipes\/demo.yml:15:\d+ /);
    },
  );

  test('without a checksum are refused, and the message says what one is', async () => {
    const { folder, recipe: loaded } = await load(
      recipe(thing('"1"', '\n              url: {url: "https://files.example/x.zip"}')),
    );
    expect(await refusals(folder, loaded)).toEqual([
      expect.stringMatching(/^recipes\/demo.yml:20:15 missing "checksum" \| .*\{sha256: HEX\}/),
    ]);
  });
});
