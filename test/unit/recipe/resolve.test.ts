import { beforeAll, expect, test } from 'vitest';
import { loadRecipe } from '../../../src/recipe/load.ts';
import type { Recipe } from '../../../src/recipe/recipe.ts';
import {
  resolveCommand,
  resolveGate,
  resolveOrder,
  resolveOutputs,
  resolveSteps,
} from '../../../src/recipe/resolve.ts';
import { resolveProofs } from '../../../src/recipe/resolve-proofs.ts';
import { type NodeScope, sampleScope, type TemplateScope } from '../../../src/recipe/scope.ts';
import { folderWith, refusals } from './recipe-folder.ts';

const text = `recipe: demo
about: for tests
supports: [debian-12]
params:
  port: {type: integer, default: 80, about: port}
  wait: {default: 30s, about: how long}
roles:
  server: {count: 2}
phases:
  - configure:
      steps:
        - file: {path: /etc/demo, template: demo.hbs}
        - file: {path: /etc/id, content: "{{node.ordinal}}\\n"}
  - start:
      service: {name: demo}
      first: {mode: batched, command: "touch /{{node.name}}"}
      update: {mode: serial, order: {probe: {command: "role of {{node.name}}"}, last: "leader at {{params.port}}"}}
      join: {mode: serial, gate: {probe: {command: joined}}}
      gate: {probe: {tcp: {port: "{{params.port}}", host: "{{node.address}}"}}, within: "{{params.wait}}"}
proofs:
  - about: it answers
    class: read
    probe: {command: "ask {{node.name}} {{nonce}}"}
    match: "port {{params.port}}"
    on: {exactly: 1}
  - about: what is written is read
    class: write
    write: {command: "write {{nonce}}"}
    read: {command: "read {{node.name}}", equals: write}
outputs:
  port: "{{params.port}}"
`;

let folder: string;
let recipe: Recipe;
let scope: TemplateScope & { nonce: string };
let second: NodeScope;

beforeAll(async () => {
  const files = { 'recipes/demo.yml': text, 'templates/demo/demo.hbs': 'port={{params.port}}\n' };
  folder = await folderWith(files);
  recipe = await loadRecipe('demo', { roots: [folder], verbs: [] });
  const sample = sampleScope(recipe);
  const [one, two] = sample.nodes;
  if (one === undefined || two === undefined) throw new Error('the sample has two nodes');
  scope = { ...sample, node: one };
  second = two;
});

test('steps are filled for one node, with template files as their content', () => {
  expect(resolveSteps(recipe, 'configure', { ...scope, node: second })).toEqual([
    { file: { path: '/etc/demo', content: 'port=80\n' } },
    { file: { path: '/etc/id', content: '2\n' } },
  ]);
  expect(resolveSteps(recipe, 'start', scope)).toEqual([]);
});

test('the command of a life event is filled for its node', () => {
  expect(resolveCommand(recipe, 'start', 'first', scope)).toBe('touch /demo-default-1');
  expect(resolveCommand(recipe, 'start', 'first', { ...scope, node: second })).toBe(
    'touch /demo-default-2',
  );
  expect(resolveCommand(recipe, 'start', 'update', scope)).toBeUndefined();
  expect(resolveCommand(recipe, 'configure', 'first', scope)).toBeUndefined();
});

test('the order of a life event asks each node by itself, and what comes last is filled for the cluster', () => {
  const order = resolveOrder(recipe, 'start', 'update', scope);
  expect(order?.last).toBe('leader at 80');
  expect(order?.probeAt(second)).toEqual({ command: 'role of demo-default-2' });
  expect(resolveOrder(recipe, 'start', 'join', scope)).toBeUndefined();
});

test('a gate asks each node by itself', () => {
  const gate = resolveGate(recipe, 'start', scope, 'first');
  expect(gate).toMatchObject({ on: 'every', withinMs: 30_000, match: undefined });
  expect(gate?.probeAt(second)).toEqual({ tcp: { port: 80, host: '192.0.2.2' } });
});

test("an event's own gate takes the place of the phase's", () => {
  expect(resolveGate(recipe, 'start', scope, 'join')?.probeAt(second)).toEqual({
    command: 'joined',
  });
  expect(resolveGate(recipe, 'configure', scope)).toBeUndefined();
});

test('proofs are filled for the cluster, and their questions for the node they are asked at', () => {
  const [asked, written] = resolveProofs(recipe, scope);
  expect(asked).toMatchObject({
    kind: 'probe',
    class: 'read',
    match: 'port 80',
    on: { exactly: 1 },
  });
  expect(asked?.kind === 'probe' && asked.probeAt(second)).toEqual({
    command: 'ask demo-default-2 sample',
  });
  if (written?.kind !== 'write-read') throw new Error('the second proof writes and reads');
  expect(written).toMatchObject({
    write: { on: 'first' },
    read: { on: 'others', equals: { kind: 'write' } },
  });
  expect(written.write.commandAt(second)).toBe('write sample');
  expect(written.read.commandAt(second)).toBe('read demo-default-2');
});

test('outputs are texts', () => {
  expect(resolveOutputs(recipe, scope)).toEqual({ port: '80' });
});

test('a value that makes a step wrong is told at the place of its template', async () => {
  const wrong = { ...scope, params: { ...scope.params, port: 'eighty' } };
  const gate = resolveGate(recipe, 'start', wrong, 'first');
  const asked = Promise.resolve().then(() => gate?.probeAt(second));
  expect(await refusals(folder, asked)).toEqual([
    'recipes/demo.yml:19:34 expected a number, found a text',
  ]);
});
