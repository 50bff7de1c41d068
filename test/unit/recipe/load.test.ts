import { symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SourceError } from '../../../src/errors.ts';
import { loadRecipe } from '../../../src/recipe/load.ts';
import { folderWith, refusals } from './recipe-folder.ts';

const root = path.resolve(import.meta.dirname, '../../..');
const verbs = ['create', 'plan'];

const whole = `recipe: demo
about: for tests
supports: [debian-12]
params:
  port: {type: integer, default: 80, min: 1, max: 65535, about: port to listen on}
roles:
  server: {count: 3, odd: true}
recorded:
  founders: {scope: cluster, value: founders}
phases:
  - install:
      bake: true
      steps:
        - package: [curl]
  - configure:
      steps:
        - file: {path: /etc/demo, template: demo.conf.hbs}
        - file: {path: /etc/id, content: "{{node.ordinal}}"}
  - start:
      service: {name: demo, inputs: [configure]}
      first: {mode: batched}
      update: {mode: serial, order: {probe: {tcp: {port: "{{params.port}}", send: role}}, last: leader}}
      gate: {probe: {tcp: {port: "{{params.port}}"}}, within: 30s}
proofs:
  - about: it answers
    class: read
    probe: {http: {port: "{{params.port}}", path: "/{{nonce}}"}}
outputs:
  connect: "{{#each nodes}}{{address}}:{{../params.port}} {{/each}}"
`;

const template = 'port = {{params.port}}\n{{#each nodes}}peer {{address}}\n{{/each}}';

async function check(
  recipe: string,
  files: Record<string, string> = {},
): Promise<readonly string[]> {
  const folder = await folderWith({
    'recipes/demo.yml': recipe,
    'templates/demo/demo.conf.hbs': template,
    ...files,
  });
  return refusals(folder, loadRecipe('demo', { roots: [folder], verbs }));
}

test.each(['consul', 'hello', 'zookeeper'])('the shipped recipe %s is right', async (name) => {
  const recipe = await loadRecipe(name, { roots: [root], verbs });
  expect(recipe.name).toBe(name);
  expect(recipe.proofs.length).toBeGreaterThan(0);
});

test('a recipe is known with its defaults filled in', async () => {
  const folder = await folderWith({
    'recipes/demo.yml': whole,
    'templates/demo/demo.conf.hbs': template,
  });
  const recipe = await loadRecipe('demo', { roots: [folder], verbs });
  expect(recipe.phases).toEqual([
    {
      name: 'install',
      bake: true,
      roles: ['server'],
      service: undefined,
      events: {},
    },
    {
      name: 'configure',
      bake: false,
      roles: ['server'],
      service: undefined,
      events: {},
    },
    {
      name: 'start',
      bake: false,
      roles: ['server'],
      service: {
        name: 'demo',
        inputs: ['configure'],
        reloads: [],
        onChange: 'restart',
        membership: 'static',
      },
      events: {
        first: { mode: 'batched', batch: undefined },
        update: { mode: 'serial', batch: undefined },
      },
    },
  ]);
});

test('a service without inputs is restarted for its own phase and every earlier one', async () => {
  const folder = await folderWith({
    'recipes/demo.yml': whole.replace(', inputs: [configure]', ''),
    'templates/demo/demo.conf.hbs': template,
  });
  const recipe = await loadRecipe('demo', { roots: [folder], verbs });
  expect(recipe.phases.at(-1)?.service?.inputs).toEqual(['install', 'configure', 'start']);
});

test.each([
  [
    'about: for tests',
    'abuot: for tests',
    'recipes/demo.yml:2:1 unknown key "abuot" | did you mean "about"?',
  ],
  ['count: 3', 'count: three', 'recipes/demo.yml:7:19 expected a number, or {oddUpTo: N}'],
  ['count: 3', 'count: 4', 'recipes/demo.yml:7:19 expected an odd number'],
  ['default: 80', 'default: 0', 'recipes/demo.yml:5:34 expected an integer from 1 to 65535'],
  [
    'type: integer',
    'type: intger',
    'recipes/demo.yml:5:16 expected "integer" or "number" or "string" or "boolean" or "list" | did you mean "integer"?',
  ],
  ['bake: true', 'bake: yes', 'recipes/demo.yml:12:13 expected true or false, found a text'],
  [
    'package: [curl]',
    'pakcage: [curl]',
    'recipes/demo.yml:14:11 unknown key "pakcage" | did you mean "package"?',
  ],
  [
    'path: /etc/id',
    'pth: /etc/id',
    'recipes/demo.yml:18:18 unknown key "pth" | did you mean "path"?',
  ],
  [
    '{{node.ordinal}}',
    '{{nod.ordinal}}',
    'recipes/demo.yml:18:45 unknown variable "nod.ordinal" | did you mean "node"?',
  ],
  [
    '{{node.ordinal}}',
    '{{#if node.ordinl}}1{{/if}}',
    'recipes/demo.yml:18:49 unknown variable "node.ordinl" | did you mean "ordinal"?',
  ],
  [
    '{{node.ordinal}}',
    '{{nonce}}',
    'recipes/demo.yml:18:45 unknown variable "nonce" | known here: cluster, params, nodes, roles, uses, recorded, node',
  ],
  [
    '{{node.ordinal}}',
    '{{jon nodes}}',
    'recipes/demo.yml:18:45 unknown helper "jon" | did you mean "join"?',
  ],
  [
    '"{{node.ordinal}}"',
    '"{{node.ordinal"',
    'recipes/demo.yml:18:43 this template expression cannot be read',
  ],
  [
    '"{{node.ordinal}}"',
    '"{{join nodes 3}}"',
    'recipes/demo.yml:18:43 the template cannot be filled: expected a text or a number, found a map',
  ],
  [
    'inputs: [configure]',
    'inputs: [confgure]',
    'recipes/demo.yml:20:38 there is no earlier phase "confgure" | did you mean "configure"?',
  ],
  [
    'service: {name: demo, inputs: [configure]}',
    'roles: [servr]',
    'recipes/demo.yml:20:15 there is no role "servr" | did you mean "server"?',
  ],
  [
    'service: {name: demo, inputs: [configure]}',
    'bake: false',
    'recipes/demo.yml:21:14 "first" needs a service',
  ],
  ['- configure:', '- install:', 'recipes/demo.yml:15:5 there are two phases "install"'],
  ['last: leader', 'last: "("', 'recipes/demo.yml:22:97 expected a regular expression'],
  ['within: 30s', 'within: 30', 'recipes/demo.yml:23:63 expected a text, found a number'],
  [
    'within: 30s',
    'within: soon',
    'recipes/demo.yml:23:63 expected a duration like 500ms, 60s, 5m or 1h',
  ],
  [
    '- package: [curl]',
    '- service: {name: demo}',
    `recipes/demo.yml:14:11 unknown key "service" | write it as the phase's own`,
  ],
  [
    '{http: {port',
    '{htp: {port',
    'recipes/demo.yml:27:13 unknown key "htp" | did you mean "http"?',
  ],
  ['"/{{nonce}}"', '3', 'recipes/demo.yml:27:51 expected a text, found a number'],
  [
    'class: read',
    'class: reed',
    'recipes/demo.yml:26:12 expected "read" or "write" or "disruptive" | did you mean "read"?',
  ],
  ['{{address}}:', '{{node.address}}:', 'recipes/demo.yml:29:30 unknown variable "node.address"'],
  [
    'supports: [debian-12]',
    'supports: ["{{cluster.name}}"]',
    'recipes/demo.yml:3:12 expected a system like debian-12',
  ],
  [
    'name: demo,',
    'name: "{{cluster.name}}",',
    'recipes/demo.yml:20:23 a template cannot stand here',
  ],
  [
    'recipe: demo',
    'recipe: other',
    'recipes/demo.yml:1:9 this recipe calls itself "other", its file demo.yml',
  ],
  [
    'template: demo.conf.hbs',
    'template: demo.cnf.hbs',
    'recipes/demo.yml:17:45 there is no file /templates/demo/demo.cnf.hbs | did you mean "demo.conf.hbs"?',
  ],
  [
    'template: demo.conf.hbs',
    'template: ../../secret',
    'recipes/demo.yml:17:45 a template must lie in the folder of its recipe',
  ],
  [
    'template: demo.conf.hbs',
    'template: /etc/passwd',
    'recipes/demo.yml:17:45 a template must lie in the folder of its recipe',
  ],
  [
    'template: demo.conf.hbs',
    'template: demo.conf.hbs, content: x',
    'recipes/demo.yml:17:45 a step has either a template or a content',
  ],
])('%s written as %s is refused at its place', async (from, to, expected) => {
  expect(whole).toContain(from);
  const problems = await check(whole.replace(from, to));
  expect(
    problems.some((problem) => problem.startsWith(expected)),
    problems.join('\n'),
  ).toBe(true);
});

test('an unknown name in a template file is told with its place in that file', async () => {
  const problems = await check(whole, {
    'templates/demo/demo.conf.hbs': 'a\nb {{#each nodes}}\n  {{params.port}}{{/each}}\n',
  });
  expect(problems).toEqual([
    'templates/demo/demo.conf.hbs:3:5 unknown variable "params.port" | did you mean "../params.port"?',
  ]);
});

test('all problems of a recipe are told at once, each once for all sample nodes', async () => {
  const problems = await check(
    whole.replace('package: [curl]', 'pakcage: [curl]').replace('class: read', 'class: reed'),
  );
  expect(problems).toHaveLength(2);
});

test('a template that is a link out of its folder is refused', async () => {
  const folder = await folderWith({
    'recipes/demo.yml': whole,
    'templates/demo/other': '',
    secret: 'secret',
  });
  await symlink(path.join(folder, 'secret'), path.join(folder, 'templates/demo/demo.conf.hbs'));
  const problems = await refusals(folder, loadRecipe('demo', { roots: [folder], verbs }));
  expect(problems[0]).toContain('recipes/demo.yml:17:45 the template is a link out of the folder');
});

test('a recipe cannot bear the name of a verb', async () => {
  const folder = await folderWith({ 'recipes/plan.yml': whole.replace('demo', 'plan') });
  const problems = await refusals(folder, loadRecipe('plan', { roots: [folder], verbs }));
  expect(problems).toEqual([
    'recipes/plan.yml:1:9 a recipe cannot be called "plan": that is an operation | choose another name',
  ]);
});

test('an unknown recipe is answered with the nearest and all others', async () => {
  await expect(loadRecipe('helo', { roots: [root], verbs })).rejects.toMatchObject({
    code: 'unknown-recipe',
    message: 'there is no recipe "helo"',
    hint: expect.stringContaining('did you mean "hello"? (recipes: cassandra, consul, hello, '),
  });
});

test('a recipe in a nearer folder hides one of the same name', async () => {
  const near = await folderWith({
    'recipes/hello.yml': whole.replace('demo', 'hello'),
    'templates/hello/demo.conf.hbs': template,
  });
  const recipe = await loadRecipe('hello', { roots: [near, root], verbs });
  expect(recipe.about).toBe('for tests');
});

test('whatever stands in the place of a part, the recipe is right or at least one problem is told', async () => {
  const parts = whole.match(/[\w./{}#@-]+|[[\]{},:"]/g) ?? [];
  const junk = fc.oneof(
    fc.constantFrom(
      '{}',
      '[]',
      'null',
      '3',
      '""',
      'x: y',
      '{a: {b: c}}',
      '"{{x}}"',
      '"{{"',
      '- x',
      '',
    ),
    fc.string({ maxLength: 6 }),
  );
  const folder = await folderWith({
    'templates/demo/demo.conf.hbs': template,
    'recipes/demo.yml': '',
  });
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...parts), junk, async (from, to) => {
      await writeFile(
        path.join(folder, 'recipes/demo.yml'),
        whole.replace(from, () => to),
      );
      const outcome: unknown = await loadRecipe('demo', { roots: [folder], verbs }).catch(
        (error) => error,
      );
      if (outcome instanceof SourceError) expect(outcome.problems.length).toBeGreaterThan(0);
      else expect(outcome).toMatchObject({ name: 'demo' });
    }),
    { numRuns: 100 },
  );
});
