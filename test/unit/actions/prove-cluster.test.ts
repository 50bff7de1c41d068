import { describe, expect, it } from 'vitest';
import { proveCluster } from '../../../src/actions/prove-cluster.ts';
import { modelOfText } from '../plan/model-of.ts';
import { type Answer, askedNodesOf } from './support/asked-nodes.ts';
import { contextIn } from './support/run.ts';

/** How a proof turns out in a cluster whose nodes have these roles, and what was asked of which node. */
async function prove(proof: string, answer: Answer, roles = ['server', 'server', 'server']) {
  const model = await modelOfText(
    `recipe: demo
about: for tests
supports: [debian-12]
roles: {server: {count: 3}, agent: {}, client: {}}
phases: [{start: {steps: []}}]
proofs:
  - about: it works
    class: write
    within: 1s
${proof}
`,
    roles.length,
  );
  const asked: string[] = [];
  const listening: Answer = (node, command) => {
    asked.push(`${node} ${command}`);
    return answer(node, command);
  };
  const nodes = model.nodes.map((node, index) => ({ ...node, roles: [roles[index] ?? ''] }));
  const cluster = { ...model, nodes };
  const [result] = await proveCluster(
    cluster,
    askedNodesOf(cluster, listening),
    { classes: ['write'], patient: false },
    contextIn(import.meta.dirname),
  );
  return { ok: result?.ok, detail: result?.detail, asked };
}

const members = (node: number) => `UN 10.0.0.${node}\nUN 10.0.0.9\n`;

describe('proving a cluster', () => {
  it('counts how often something is found', async () => {
    const proof = (times: string) =>
      `    probe: {command: members}\n    match: ^UN\n    times: ${times}`;
    expect(await prove(proof('2'), members)).toMatchObject({ ok: true });
    expect(await prove(proof('"{{nodes.length}}"'), members)).toMatchObject({
      ok: false,
      detail: '0 of 3 match, expected every: -1, -2, -3: found 2 times instead of 3: UN',
    });
  });

  it('compares lines', async () => {
    const proof = '    probe: {command: members}\n    lines: "UN 10.0.0.9\\nUN 10.0.0.1"';
    expect(await prove(proof, () => members(1))).toMatchObject({ ok: true });
    expect(await prove(`${proof}\n    on: first`, () => members(2))).toMatchObject({
      ok: false,
      detail: '0 of 1 match, expected the first: -1: missing "UN 10.0.0.1"; surplus "UN 10.0.0.2"',
    });
  });

  it('shows who does not agree', async () => {
    const proof = '    probe: {command: schema}\n    match: "version (.*)"\n    agree: true';
    expect(await prove(proof, (node) => `node ${node}, version 1`)).toMatchObject({ ok: true });
    expect(await prove(proof, (node) => `version ${node % 2}`)).toMatchObject({
      ok: false,
      detail: 'the answers differ: -1, -3: 1; -2: 0',
    });
  });

  it('asks the nodes of its roles and no others', async () => {
    const roles = ['server', 'agent', 'agent'];
    const asking = '    roles: [agent]\n    probe: {command: a}\n    on: first';
    expect(await prove(asking, () => 'yes', roles)).toEqual({
      ...{ ok: true, detail: '-2: yes', asked: ['2 a', '3 a'] },
    });
    const writing =
      '    roles: [agent]\n    write: {command: a}\n    read: {command: b, equals: x}';
    expect(await prove(writing, () => 'x', roles)).toEqual({
      ...{ ok: true, detail: 'written at -2, read at -3', asked: ['2 a', '3 b'] },
    });
  });

  it('asks nobody where no node holds the role, and takes nothing for proven', async () => {
    const nothing = { ok: false, detail: 'there is no node to ask', asked: [] };
    for (const asking of [
      'probe: {command: a}',
      'read: {command: b, equals: x}\n    write: {command: a}',
    ]) {
      expect(await prove(`    roles: [client]\n    ${asking}`, () => 'x')).toEqual(nothing);
    }
  });

  it('writes and reads with probes', async () => {
    const proof =
      '    write: {probe: {command: w}}\n    read: {probe: {command: r}, equals: "{{nonce}}"}';
    const { detail, asked } = await prove(proof, () => 'old');
    expect(asked).toEqual(['1 w', '2 r', '3 r']);
    expect(detail).toMatch(/^-2: read "old" instead of "[0-9a-f]{16}"$/);
  });

  it('takes nothing for read again where nothing was answered to the write', async () => {
    const proof = '    write: {command: w}\n    read: {command: r, equals: write}';
    expect(await prove(proof, () => '')).toMatchObject({
      ...{ ok: false, detail: 'the write answered nothing that could be read again' },
    });
  });
});
