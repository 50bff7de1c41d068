import { describe, expect, it } from 'vitest';
import type { Actions } from '../../../src/cli/actions.ts';
import { run } from './fake-session.ts';

const machine = { instanceId: 'i-1', publicAddress: null, state: 'running', healthy: true };

describe('status', () => {
  it('shows nodes and proofs and fails when the service does not work', async () => {
    const node = { roles: ['server'], instanceId: 'i-1', publicAddress: null };
    const status: Actions['status'] = async () => ({
      cluster: 'zookeeper-default',
      recipe: 'zookeeper',
      profile: 'default',
      ok: false,
      nodes: [
        {
          ...node,
          name: 'zookeeper-default-1',
          ordinal: 1,
          address: '10.77.0.11',
          state: 'running',
          healthy: true,
          services: [{ name: 'zookeeper', active: 'active', version: '3.8.0' }],
          detail: '',
        },
        {
          ...node,
          name: 'zookeeper-default-2',
          ordinal: 2,
          address: null,
          state: 'terminated',
          healthy: false,
          services: [],
          detail: 'create replaces it',
        },
      ],
      services: [
        { name: 'zookeeper', recipe: 'zookeeper', nodes: 2, active: 1, versions: ['3.8.0'] },
      ],
      proofs: [{ about: 'one leader', class: 'read', ok: false, detail: 'nobody leads' }],
      outputs: { connect: '10.77.0.11:2181' },
    });
    const { code, stdout } = await run(['zookeeper', '--op', 'status'], { status });

    expect(code).toBe(1);
    expect(stdout).toMatchInlineSnapshot(`
      "zookeeper-default does not work
      node                 address     machine     services
      zookeeper-default-1  10.77.0.11  running     zookeeper 3.8.0 active
      zookeeper-default-2              terminated                          create replaces it
      ✖  one leader  nobody leads
      connect  10.77.0.11:2181
      "
    `);
  });

  it('tells services apart, and roles where nodes differ in them', async () => {
    const node = (ordinal: number, roles: readonly string[]) => ({
      ...machine,
      ...{ name: `db-${ordinal}`, ordinal, roles, address: `10.0.0.${ordinal}`, detail: '' },
      services: ['consul', 'db'].map((name) => ({ name, active: 'active', version: '1.8' })),
    });
    const status: Actions['status'] = async () => ({
      ...{ cluster: 'db', recipe: 'db', profile: 'default', ok: true, proofs: [], outputs: {} },
      nodes: [node(1, ['node', 'consul.server']), node(2, ['node'])],
      services: [
        { name: 'consul', recipe: 'consul', nodes: 2, active: 2, versions: ['1.8'] },
        { name: 'db', recipe: 'db', nodes: 2, active: 2, versions: ['1.8', '1.9'] },
      ],
    });

    expect((await run(['db', '--op', 'status'], { status })).stdout).toMatchInlineSnapshot(`
      "db works
      node  address   machine  roles               services
      db-1  10.0.0.1  running  node consul.server  consul 1.8 active, db 1.8 active
      db-2  10.0.0.2  running  node                consul 1.8 active, db 1.8 active
      service  recipe  active  version
      consul   consul  2 of 2  1.8
      db       db      2 of 2  1.8, 1.9
      "
    `);
  });
});
