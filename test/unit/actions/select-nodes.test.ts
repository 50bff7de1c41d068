import { describe, expect, it } from 'vitest';
import { nodesNamed, selectNodes } from '../../../src/actions/select-nodes.ts';
import { UsageError } from '../../../src/errors.ts';

const nodes = [
  { ordinal: 1, name: 'db-1', roles: ['server', 'seed'] },
  { ordinal: 2, name: 'db-2', roles: ['server'] },
  { ordinal: 5, name: 'db-5', roles: ['client'] },
];

const selected = (...words: string[]) => [...selectNodes(nodes, words)].toSorted();

function refusalOf(select: () => unknown): UsageError {
  try {
    select();
  } catch (error) {
    if (error instanceof UsageError) return error;
  }
  throw new Error('it was not refused');
}

describe('words that select nodes', () => {
  it('are ordinals, names and roles, in any mixture', () => {
    expect(selected('2')).toEqual([2]);
    expect(selected('db-5', '1')).toEqual([1, 5]);
    expect(selected('role=server')).toEqual([1, 2]);
    expect(selected('role=server', '5', 'db-2', 'role=seed')).toEqual([1, 2, 5]);
  });

  it('name the role of a used recipe in full, or without its recipe where only one has it', () => {
    const composed = [
      { ordinal: 1, name: 'db-1', roles: ['node', 'consul.server', 'consul.agent'] },
      { ordinal: 2, name: 'db-2', roles: ['node', 'consul.agent', 'mesos.agent'] },
    ];
    const all = (word: string) => [...selectNodes(composed, [word])];
    expect(all('role=consul.server')).toEqual([1]);
    expect(all('role=server')).toEqual([1]);
    expect(all('role=node')).toEqual([1, 2]);
    expect(refusalOf(() => all('role=agent'))).toMatchObject({
      message: 'several recipes have a role "agent"',
      hint: 'Say which: role=consul.agent or role=mesos.agent.',
    });
  });

  it('mean all nodes when there are none', () => {
    expect(selected()).toEqual([1, 2, 5]);
  });

  it('are refused with the nodes there are', () => {
    const { code, message, hint } = refusalOf(() => selected('role=server', '3'));
    expect({ code, message, hint }).toEqual({
      code: 'unknown-node',
      message: 'there is no node "3"',
      hint: 'The nodes are 1 (db-1), 2 (db-2), 5 (db-5).',
    });
  });

  it.each([
    ['sever', 'Did you mean "server"? The roles are server, seed, client.'],
    ['broker', 'The roles are server, seed, client.'],
    ['', 'The roles are server, seed, client.'],
  ])('are refused with the roles there are: role=%s', (role, hint) => {
    const error = refusalOf(() => selected(`role=${role}`));
    expect(error).toMatchObject({
      ...{ code: 'unknown-role', message: `no node has the role "${role}"`, hint },
    });
  });
});

describe('words that name nodes', () => {
  it('are ordinals and names, never roles', () => {
    expect([...nodesNamed(nodes, ['1', 'db-5'])]).toEqual([1, 5]);
    expect([...nodesNamed(nodes, [])]).toEqual([]);
    expect(refusalOf(() => nodesNamed(nodes, ['role=server'])).code).toBe('unknown-node');
  });
});
