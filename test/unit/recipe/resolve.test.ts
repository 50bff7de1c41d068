import { beforeAll, expect, test } from 'vitest';
import {
  type Component,
  type ComponentPhase,
  type Composition,
  topOf,
} from '../../../src/recipe/composition.ts';
import { loadRecipe } from '../../../src/recipe/load.ts';
import {
  resolveCommand,
  resolveGate,
  resolveOrder,
  resolveOutputs,
  resolveSteps,
} from '../../../src/recipe/resolve.ts';
import { resolveProofs } from '../../../src/recipe/resolve-proofs.ts';
import { sampleCluster } from '../../../src/recipe/sample.ts';
import {
  type ClusterValues,
  componentScopes,
  type ProofScope,
  type Scopes,
} from '../../../src/recipe/scope.ts';
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

const second = { ordinal: 2 };

let folder: string;
let composition: Composition;
let values: ClusterValues;
let component: Component;
let scopes: Scopes<ProofScope>;

beforeAll(async () => {
  const files = { 'recipes/demo.yml': text, 'templates/demo/demo.hbs': 'port={{params.port}}\n' };
  folder = await folderWith(files);
  const sample = sampleCluster(await loadRecipe('demo', { roots: [folder], verbs: [] }));
  ({ composition, values } = sample);
  component = topOf(composition);
  scopes = componentScopes(component, composition, values, { nonce: 'sample' });
});

function phase(name: string): ComponentPhase {
  const found = composition.phases.find((each) => each.name === name);
  if (found === undefined) throw new Error(`there is no phase ${name}`);
  return found;
}

test('steps are filled for one node, with template files as their content', () => {
  expect(resolveSteps(phase('configure'), scopes.at(2))).toEqual([
    { file: { path: '/etc/demo', content: 'port=80\n' } },
    { file: { path: '/etc/id', content: '2\n' } },
  ]);
  expect(resolveSteps(phase('start'), scopes.at(1))).toEqual([]);
});

test('the command of a life event is filled for its node', () => {
  expect(resolveCommand(phase('start'), 'first', scopes.at(1))).toBe('touch /demo-default-1');
  expect(resolveCommand(phase('start'), 'first', scopes.at(2))).toBe('touch /demo-default-2');
  expect(resolveCommand(phase('start'), 'update', scopes.at(1))).toBeUndefined();
  expect(resolveCommand(phase('configure'), 'first', scopes.at(1))).toBeUndefined();
});

test('the order of a life event asks each node by itself, and what comes last is filled for the cluster', () => {
  const order = resolveOrder(phase('start'), 'update', scopes);
  expect(order?.last).toBe('leader at 80');
  expect(order?.probeAt(second)).toEqual({ command: 'role of demo-default-2' });
  expect(resolveOrder(phase('start'), 'join', scopes)).toBeUndefined();
});

test('a gate asks each node by itself', () => {
  const gate = resolveGate(phase('start'), scopes, 'first');
  expect(gate).toMatchObject({ on: 'every', withinMs: 30_000, match: undefined });
  expect(gate?.probeAt(second)).toEqual({ tcp: { port: 80, host: '192.0.2.2' } });
});

test("an event's own gate takes the place of the phase's", () => {
  expect(resolveGate(phase('start'), scopes, 'join')?.probeAt(second)).toEqual({
    command: 'joined',
  });
  expect(resolveGate(phase('configure'), scopes)).toBeUndefined();
});

test('proofs are filled for the cluster, and their questions for the node they are asked at', () => {
  const [asked, written] = resolveProofs(component.recipe, scopes);
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
  expect(written.write.probeAt(second)).toEqual({ command: 'write sample' });
  expect(written.read.probeAt(second)).toEqual({ command: 'read demo-default-2' });
});

test('outputs are texts', () => {
  expect(resolveOutputs(component, scopes.cluster)).toEqual({ port: '80' });
});

test('a value that makes a step wrong is told at the place of its template', async () => {
  const wrong = { ...component, params: { ...component.params, port: 'eighty' } };
  const wrongScopes = componentScopes(wrong, composition, values, {});
  const gate = resolveGate(phase('start'), wrongScopes, 'first');
  const asked = Promise.resolve().then(() => gate?.probeAt(second));
  expect(await refusals(folder, asked)).toEqual([
    'recipes/demo.yml:19:34 expected a number, found a text',
  ]);
});
