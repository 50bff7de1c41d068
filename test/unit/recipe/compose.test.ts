import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DeployerError } from '../../../src/errors.ts';
import { composeRecipe } from '../../../src/recipe/compose.ts';
import { allRoleCounts, type Composition } from '../../../src/recipe/composition.ts';
import { loadRecipe } from '../../../src/recipe/load.ts';
import type { ParamValue } from '../../../src/recipe/param-values.ts';
import { folderWith, refusals } from './recipe-folder.ts';

const base = `recipe: base
about: for tests
supports: [debian-12, debian-13]
params:
  domain: {default: none, about: domain, fixed: it is in every name}
  most: {type: integer, default: 5, about: most servers}
  services:
    type: list
    default: []
    gather: true
    about: what is announced
    fields:
      name: {about: name}
      port: {type: integer, about: port}
      tags: {type: list, default: [], about: tags}
roles:
  agent: {count: 3}
  server: {count: {oddUpTo: most}}
phases:
  - install: {bake: true, steps: [{package: [base]}]}
  - start: {service: {name: base}}
outputs:
  where: "{{params.domain}}"
`;

const top = `recipe: top
about: for tests
supports: [debian-12]
params:
  domain: {default: paas.home, about: domain}
  port: {type: integer, default: 9042, about: port}
roles:
  node: {count: 3}
uses:
  base:
    roles: {agent: {on: node}, server: {on: node}}
    params: {domain: "{{params.domain}}", services: [{name: top, port: "{{params.port}}"}]}
phases:
  - install: {bake: true, steps: [{package: [top]}]}
  - start:
      steps: [{file: {path: /etc/top, content: "{{join uses.base.roles.server \\" \\" \\"name\\"}} in {{uses.base.params.domain}}"}}]
      service: {name: top}
`;

/** Two recipes that both use `base`, and one that uses both. */
function shared(left: string, right: string): Readonly<Record<string, string>> {
  const using = (name: string, params: string) => `recipe: ${name}
about: for tests
supports: [debian-12]
roles: {node: {count: 3}}
uses: {base: {roles: {agent: {on: node}, server: {on: node}}, params: ${params}}}
phases: [{start: {service: {name: ${name}}}}]
`;
  const both = `recipe: both
about: for tests
supports: [debian-12]
roles: {node: {count: 3}}
uses: {left: {roles: {node: {on: node}}}, right: {roles: {node: {on: node}}}}
phases: [{start: {service: {name: both}}}]
`;
  return { both, left: using('left', left), right: using('right', right), base };
}

async function folderOf(texts: Readonly<Record<string, string>>): Promise<string> {
  const files = Object.entries(texts).map(([name, text]) => [`recipes/${name}.yml`, text]);
  return folderWith(Object.fromEntries(files));
}

/** The first of the recipes with all that it uses. */
async function composed(
  texts: Readonly<Record<string, string>>,
  count?: number,
  settings: Readonly<Record<string, ParamValue>> = {},
): Promise<Composition> {
  const [first = ''] = Object.keys(texts);
  const recipe = await loadRecipe(first, { roots: [await folderOf(texts)], verbs: [] });
  return composeRecipe(recipe, {
    count,
    settings: new Map(Object.entries(settings)),
    settled: new Map(),
    cluster: { name: `${first}-default`, recipe: first, profile: 'default' },
  });
}

/** What the first of the recipes is refused for. */
async function refused(texts: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const folder = await folderOf(texts);
  const [first = ''] = Object.keys(texts);
  return refusals(folder, loadRecipe(first, { roots: [folder], verbs: [] }));
}

function paramsOf({ components }: Composition, name: string) {
  return components.find(({ recipe }) => recipe.name === name)?.params;
}

describe('a recipe with one that it uses', () => {
  test('has the used one first, and names of its own for everything', async () => {
    const { components, phases } = await composed({ top, base });
    expect(components.map(({ recipe, isTop }) => [recipe.name, isTop])).toEqual([
      ['base', false],
      ['top', true],
    ]);
    expect(phases.map(({ name }) => name)).toEqual([
      'base.install',
      'base.start',
      'top.install',
      'top.start',
    ]);
    expect(phases.map(({ roles }) => roles)).toEqual([
      ['base.agent', 'base.server'],
      ['base.agent', 'base.server'],
      ['node'],
      ['node'],
    ]);
    expect(phases[3]?.service?.inputs).toEqual(['top.install', 'top.start']);
  });

  test('alone keeps its plain names', async () => {
    const { phases } = await composed({ base });
    expect(phases.map(({ name, roles }) => [name, ...roles])).toEqual([
      ['install', 'agent', 'server'],
      ['start', 'agent', 'server'],
    ]);
  });

  test('passes parameters down, with the types of their values and the defaults of left-out fields', async () => {
    const composition = await composed({ top, base }, 3, { domain: 'example.org', port: 7 });
    expect(paramsOf(composition, 'base')).toEqual({
      domain: 'example.org',
      most: 5,
      services: [{ name: 'top', port: 7, tags: [] }],
    });
  });

  test('leaves the other parameters of the used one to the user', async () => {
    const composition = await composed({ top, base }, 3, { 'base.most': 1 });
    expect(paramsOf(composition, 'base')).toMatchObject({ most: 1 });
  });

  test('is not overruled by the user, who is told what sets it', async () => {
    await expect(composed({ top, base }, 3, { 'base.domain': 'other' })).rejects.toMatchObject({
      code: 'passed-setting',
      message: expect.stringMatching(/base\.domain.*recipe top sets it already.*top\.yml:12/),
    });
  });
});

describe('the nodes of roles', () => {
  test.each([
    [1, 1],
    [2, 1],
    [3, 3],
    [4, 3],
    [5, 5],
    [9, 5],
  ])('of %i nodes %i are servers', async (count, servers) => {
    expect(allRoleCounts(await composed({ top, base }, count))).toEqual({
      node: count,
      'base.agent': count,
      'base.server': servers,
    });
  });

  test('are never more than there are, and an odd number, whatever the bound', async () => {
    const recipe = await composed({ base });
    const [component] = recipe.components;
    if (component === undefined) throw new Error('there is a component');
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 99 }),
        fc.integer({ min: 1, max: 99 }),
        (count, most) => {
          const wish = { count, settings: new Map([['most', most]]), settled: new Map() };
          const cluster = { name: 'base', recipe: 'base', profile: 'default' };
          const { components } = composeRecipe(component.recipe, { ...wish, cluster });
          const servers = components[0]?.counts['server'] ?? 0;
          expect(servers % 2).toBe(1);
          expect(servers).toBeLessThanOrEqual(Math.min(count, most));
          expect(servers).toBeGreaterThanOrEqual(Math.min(count, most) - 1);
        },
      ),
    );
  });

  test('may be fewer of a used recipe, and it is told whose number does not fit', async () => {
    const odd = base.replace('agent: {count: 3}', 'agent: {count: 3, odd: true}');
    await expect(composed({ top, base: odd }, 4)).rejects.toMatchObject({
      code: 'invalid-count',
      message: expect.stringContaining('base, which top uses, needs an odd number of agents'),
    });
    const bounded = top.replace('agent: {on: node}', 'agent: {on: node, count: {oddUpTo: 3}}');
    expect(allRoleCounts(await composed({ top: bounded, base: odd }, 4))).toMatchObject({
      'base.agent': 3,
    });
  });
});

describe('two recipes that use a third', () => {
  test('share it, and each adds to a list that is gathered', async () => {
    const left = '{services: [{name: left, port: 1}]}';
    const composition = await composed(shared(left, '{services: [{name: right, port: 2}]}'));
    expect(composition.components.map(({ recipe }) => recipe.name)).toEqual([
      'base',
      'left',
      'right',
      'both',
    ]);
    expect(paramsOf(composition, 'base')).toMatchObject({
      services: [
        { name: 'left', port: 1 },
        { name: 'right', port: 2 },
      ],
    });
  });

  test('may say the same', async () => {
    const composition = await composed(shared('{domain: home}', '{domain: home}'));
    expect(paramsOf(composition, 'base')).toMatchObject({ domain: 'home' });
  });

  test('are both named where they want different values of it', async () => {
    expect(await refused(shared('{domain: home}', '{domain: away}'))).toEqual([
      expect.stringMatching(
        /^recipes\/left\.yml:5:\d+ left sets base\.domain to another value than right/,
      ),
      expect.stringMatching(
        /^recipes\/right\.yml:5:\d+ right sets base\.domain to another value than left/,
      ),
    ]);
  });

  test('are both named where they want it on different nodes', async () => {
    const texts = shared('{}', '{}');
    const right =
      texts['right']?.replace('server: {on: node}', 'server: {on: node, count: 1}') ?? '';
    expect(await refused({ ...texts, right })).toEqual([
      expect.stringMatching(
        /^recipes\/left\.yml:5:8 left puts the roles of base on other nodes than right/,
      ),
      expect.stringMatching(
        /^recipes\/right\.yml:5:8 right puts the roles of base on other nodes than left/,
      ),
    ]);
  });
});

describe('what is refused', () => {
  test('is a circle, with the place of each of its steps', async () => {
    const circle = base.replace('roles:', 'uses: {top: {roles: {node: {on: agent}}}}\nroles:');
    expect(await refused({ top, base: circle })).toEqual([
      'recipes/top.yml:10:3 top uses base | a recipe cannot be part of itself: top → base → top',
      expect.stringMatching(/^recipes\/base\.yml:\d+:\d+ base uses top/),
    ]);
  });

  test.each([
    [
      'a recipe that is not there',
      'base:\n',
      'bse:\n',
      'there is no recipe "bse" | did you mean "base"?',
    ],
    [
      'a role that is not mapped',
      'agent: {on: node}, ',
      '',
      'it is not said which nodes hold the role "agent" of base',
    ],
    [
      'a role that it has not',
      'agent: {on: node}',
      'agents: {on: node}',
      'base has no role "agents" | did you mean "agent"?',
    ],
    [
      'a role of our own that is not there',
      'agent: {on: node}',
      'agent: {on: nodes}',
      'there is no role "nodes" | did you mean "node"?',
    ],
    [
      'a parameter that it has not',
      '{domain:',
      '{domian:',
      'base has no parameter "domian" | did you mean "domain"?',
    ],
    [
      'a value that does not fit',
      '{name: top, port: "{{params.port}}"}',
      '{name: top}',
      'base.services: expected a list of maps with name (a text), port (an integer), tags (a list, may be left out)',
    ],
    [
      'a template that speaks of nodes',
      '"{{params.domain}}"',
      '"{{nodes.length}}"',
      'unknown variable "nodes.length"',
    ],
    [
      'a template that speaks of what the used one has not',
      'uses.base.params.domain',
      'uses.base.params.name',
      'unknown variable "uses.base.params.name"',
    ],
    [
      'a bound that is no integer parameter',
      'server: {on: node}',
      'server: {on: node, count: {oddUpTo: domain}}',
      'there is no integer parameter "domain"',
    ],
  ])('is %s', async (_, from, to, expected) => {
    expect(top).toContain(from);
    const problems = await refused({ top: top.replace(from, to), base });
    expect(problems.join('\n')).toContain(expected);
  });

  test('is that both decide about the same file in different ways, with both places', async () => {
    const file = (content: string) => `steps: [{file: {path: /etc/same, content: ${content}}}]`;
    const one = base.replace('steps: [{package: [base]}]', file('one'));
    const two = top.replace('steps: [{package: [top]}]', file('two'));
    expect(await refused({ top: two, base: one })).toEqual([
      expect.stringMatching(
        /^recipes\/base\.yml:20:\d+ base and top both decide about file \/etc\/same, and not alike/,
      ),
      expect.stringMatching(
        /^recipes\/top\.yml:14:\d+ top and base both decide about file \/etc\/same, and not alike/,
      ),
    ]);
    const same = top.replace('steps: [{package: [top]}]', file('one'));
    expect(await refused({ top: same, base: one })).toEqual([]);
  });

  test('is that both start the same service', async () => {
    const same = top.replace('service: {name: top}', 'service: {name: base}');
    expect((await refused({ top: same, base })).join('\n')).toContain(
      'both decide about service base',
    );
  });
});

test('what a passed value makes of the used recipe is tried before anything is done', async () => {
  const needy = base
    .replace('content', 'content')
    .replace(
      'steps: [{package: [base]}]',
      'steps: [{file: {path: "/etc/{{params.domain}}", content: x}}]',
    );
  const bad = top.replace('default: paas.home', 'default: a/../b');
  expect((await refused({ top: bad, base: needy })).join('\n')).toContain(
    'must be an absolute path',
  );
});

test('every error of composing is one of ours', async () => {
  await expect(composed({ top, base }, 0)).rejects.toBeInstanceOf(DeployerError);
});
