import { describe, expect, it } from 'vitest';
import { topOf } from '../../../src/recipe/composition.ts';
import { loadRecipe } from '../../../src/recipe/load.ts';
import type { Recipe } from '../../../src/recipe/recipe.ts';
import { resolveGate, resolveOrder } from '../../../src/recipe/resolve.ts';
import { isDisruptive, resolveProofs } from '../../../src/recipe/resolve-proofs.ts';
import { sampleCluster } from '../../../src/recipe/sample.ts';
import { componentScopes } from '../../../src/recipe/scope.ts';
import { folderWith, refusals } from './recipe-folder.ts';

/** A recipe with this gate and this proof. */
function recipeWith({
  gate = '{probe: {command: serves}}',
  proof = '',
  order = '',
  kind = 'write',
}): string {
  const update = order === '' ? '' : `      update: {mode: serial, order: ${order}}\n`;
  return `recipe: demo
about: for tests
supports: [debian-12]
roles:
  server: {count: 3}
  agent: {count: 2}
phases:
  - start:
      service: {name: demo}
      gate: ${gate}
${update}proofs:
  - about: it works
    class: ${kind}
${proof === '' ? '    probe: {command: works}' : proof}
`;
}

async function load(parts: Parameters<typeof recipeWith>[0]) {
  const folder = await folderWith({ 'recipes/demo.yml': recipeWith(parts) });
  const recipe = loadRecipe('demo', { roots: [folder], verbs: [] });
  return { folder, recipe };
}

/** What the recipe's templates see in a sample cluster, and the phase of its service. */
function sampleOf(recipe: Recipe) {
  const { composition, values } = sampleCluster(recipe);
  const scopes = componentScopes(topOf(composition), composition, values, { nonce: 'sample' });
  const [phase] = composition.phases;
  if (phase === undefined) throw new Error('the recipe has a phase');
  return { scopes, phase, nodes: scopes.cluster.nodes };
}

async function check(parts: Parameters<typeof recipeWith>[0]): Promise<readonly string[]> {
  const { folder, recipe } = await load(parts);
  return refusals(folder, recipe);
}

describe('what an answer must say', () => {
  it('is filled for the cluster, in gates, orders and proofs', async () => {
    const { recipe: loading } = await load({
      gate: '{probe: {command: a}, match: UN, times: "{{nodes.length}}"}',
      order: '{probe: {command: b}, last: UN, times: 2}',
      proof: `    probe: {dns: {name: demo.service.consul}}
    lines: "{{#each roles.agent}}{{address}}\\n{{/each}}"
    agree: true`,
    });
    const recipe = await loading;
    const { scopes, phase } = sampleOf(recipe);
    expect(resolveGate(phase, scopes)).toMatchObject({ match: 'UN', times: 3 });
    expect(resolveOrder(phase, 'update', scopes)).toMatchObject({ last: 'UN', times: 2 });
    expect(resolveProofs(recipe, scopes)[0]).toMatchObject({
      lines: '192.0.2.1\n192.0.2.2\n',
      agree: true,
    });
  });

  it.each([
    [
      { gate: '{probe: {command: a}, times: 3}' },
      '10:42 expected a match beside it, which is counted',
    ],
    [
      { gate: '{probe: {command: a}, match: UN, lines: UN}' },
      '10:53 expected either match or lines',
    ],
    [{ gate: '{probe: {command: a}, match: UN, times: -1}' }, '10:53 expected number to be >=0'],
    [
      { gate: '{probe: {command: a}, match: UN, times: "{{cluster.name}}"}' },
      '10:53 expected a number, found a text',
    ],
    [{ gate: '{probe: {command: a}, agree: true}' }, '10:35 unknown key "agree"'],
    [
      { proof: '    probe: {command: a}\n    times: 3' },
      '15:12 expected a match beside it, which is counted',
    ],
    [
      { proof: '    write: {command: a}\n    read: {command: b, equals: write}\n    agree: true' },
      '16:5 "agree" cannot stand beside the other keys of this map',
    ],
  ])('is refused where it contradicts itself: %j', async (parts, refusal) => {
    expect(await check(parts)).toEqual([expect.stringContaining(`recipes/demo.yml:${refusal}`)]);
  });
});

describe('the roles of a proof', () => {
  it('are those that it is about, all when it names none', async () => {
    const { recipe: loading } = await load({
      proof: '    roles: [agent]\n    probe: {command: a}',
    });
    const recipe = await loading;
    const { scopes, nodes } = sampleOf(recipe);
    const [proof] = resolveProofs(recipe, scopes);
    expect(nodes.map((node) => proof?.concerns(node))).toEqual([true, true, false]);
    const { recipe: other } = await load({});
    const [all] = resolveProofs(await other, scopes);
    expect(nodes.map((node) => all?.concerns(node))).toEqual([true, true, true]);
  });

  it.each([
    '    probe: {command: a}',
    '    write: {command: a}\n    read: {command: b, equals: x}',
  ])('are known to the recipe', async (asking) => {
    expect(await check({ proof: `    roles: [server, agnet]\n${asking}` })).toEqual([
      'recipes/demo.yml:14:21 there is no role "agnet" | did you mean "agent"?',
    ]);
  });
});

describe('a proof that writes and reads', () => {
  it('asks with a probe or a command, filled for the node', async () => {
    const { recipe: loading } = await load({
      proof: `    write: {probe: {cql: {query: ["CREATE", "INSERT '{{nonce}}'"], consistency: quorum}}}
    read: {command: "read {{node.ordinal}}", on: every, equals: "{{nonce}}"}`,
    });
    const recipe = await loading;
    const { scopes, nodes } = sampleOf(recipe);
    const [proof] = resolveProofs(recipe, scopes);
    const [node] = nodes;
    if (proof?.kind !== 'write-read' || node === undefined) throw new Error('it writes and reads');
    expect(proof.write.probeAt(node)).toEqual({
      cql: { port: 9042, query: ['CREATE', "INSERT 'sample'"], consistency: 'quorum' },
    });
    expect(proof.read.probeAt(node)).toEqual({ command: 'read 1' });
    expect(proof.read.equals).toEqual({ kind: 'text', text: 'sample' });
  });

  it('may stop a service meanwhile, and asks the node that was stopped afterwards', async () => {
    const { recipe: loading } = await load({
      proof: `    stop: {service: demo}
    write: {command: a}
    read: {command: b, equals: x}
    after: {probe: {command: "ask {{node.ordinal}}"}, match: "{{nonce}}"}`,
      kind: 'disruptive',
    });
    const recipe = await loading;
    const { scopes, nodes } = sampleOf(recipe);
    const [proof] = resolveProofs(recipe, scopes);
    const [node] = nodes;
    if (proof === undefined || !isDisruptive(proof) || node === undefined) {
      throw new Error('it stops something');
    }
    expect(proof.stop).toMatchObject({ service: 'demo', on: 'last', after: { match: 'sample' } });
    expect(proof.stop.after?.probeAt(node)).toEqual({ command: 'ask 1' });
  });

  it.each([
    ['write', 'stop: {service: demo}', '13:12 what stops something is disruptive'],
    ['disruptive', 'within: 10s', '13:12 it says nothing that is stopped'],
    ['disruptive', 'stop: {service: dmo}', '14:21 there is no service "dmo" with a gate'],
    ['write', 'after: {probe: {command: a}}', '14:12 nothing is stopped before'],
  ] as const)('of class %s does not say %s', async (kind, line, problem) => {
    const proof = `    ${line}\n    write: {command: a}\n    read: {command: b, equals: x}`;
    expect(await check({ proof, kind })).toEqual([
      expect.stringContaining(`recipes/demo.yml:${problem}`),
    ]);
  });

  it.each([
    ['{on: first}', '{command: b, equals: x}', '14:12'],
    ['{command: a, probe: {command: a}}', '{command: b, equals: x}', '14:12'],
    ['{command: a}', '{probe: {command: b}, command: b, equals: x}', '15:11'],
  ])('does not write %s and read %s', async (write, read, place) => {
    expect(await check({ proof: `    write: ${write}\n    read: ${read}` })).toEqual([
      `recipes/demo.yml:${place} expected either a command or a probe`,
    ]);
  });

  it.each([
    ['{cql: {qery: a, query: a}}', '14:27 unknown key "qery" | did you mean "query"?'],
    ['{cql: {query: a, username: ann}}', '14:47 username and password go together'],
    ['{cql: {query: 3}}', '14:34 expected a statement or a list of them'],
    ['{dns: {name: "a b"}}', '14:33 expected a domain name'],
    [
      '{dns: {name: a, type: a}}',
      '14:42 expected "A" or "AAAA" or "SRV" or "TXT" | did you mean "A"?',
    ],
    [
      '{telnet: {port: 23}}',
      '14:21 unknown key "telnet" | known keys here: tcp, http, dns, cql, command',
    ],
  ])('is told where its probe %s is wrong', async (probe, problem) => {
    const proof = `    write: {probe: ${probe}}\n    read: {command: b, equals: x}`;
    expect(await check({ proof })).toEqual([`recipes/demo.yml:${problem}`]);
  });
});
