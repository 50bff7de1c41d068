import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from './support/eventually.ts';
import { insideMachine, runningMachines } from './support/ground-truth.ts';
import { resultOf } from './support/program.ts';
import { ProveResultSchema, StatusResultSchema } from './support/results.ts';
import { openWorkspace, type Workspace } from './support/workspace.ts';

const dead = 'hello-default-2';
const proof = 'every node greets by its own name';

let workspace: Workspace;
beforeAll(async () => {
  workspace = await openWorkspace();
  expect(await workspace.run(['hello', '-n', '3'])).toMatchObject({ code: 0 });
});
afterAll(async () => workspace[Symbol.asyncDispose]());

/** What status says of the dead node, once it is certain that the others are shown as they are. */
async function statusOfDead() {
  const outcome = await workspace.run(['status', 'hello', '--json']);
  const { nodes, proofs } = resultOf(outcome, StatusResultSchema);
  expect(outcome.code).toBe(1);
  expect(nodes).toMatchObject([
    { healthy: true, services: [{ name: 'hello', active: 'active' }], detail: '' },
    { name: dead, healthy: false, services: [] },
    { healthy: true, services: [{ name: 'hello', active: 'active' }], detail: '' },
  ]);
  expect(proofs).toMatchObject([{ about: proof, ok: false }]);
  expect(proofs[0]?.detail).toContain('2 of 3 match');
  return nodes[1];
}

const inDead = (script: string) => insideMachine(workspace, dead, script);

describe('status of a cluster with a dead node', () => {
  it.for([
    {
      how: 'is frozen',
      die: 'kill -STOP -1',
      revive: 'kill -CONT -1',
      words: /: no ssh banner from port 22 /,
    },
    {
      how: 'is cut off from the network',
      die: 'ip link set eth0 down',
      revive: 'ip link set eth0 up',
      words: /: (port 22 did not answer|no route to) /,
    },
    {
      how: 'has no sshd',
      die: 'systemctl stop ssh',
      revive: 'systemctl start ssh',
      words: /: port 22 refused connections /,
    },
    {
      // With the first command everything stops, sshd and what holds the connection too. Those of the other sessions,
      // which were stopped before they ran, would do it again.
      how: 'falls silent as soon as it is connected to',
      die: 'echo "ForceCommand kill -STOP -1" >/etc/ssh/sshd_config.d/dying.conf; systemctl restart ssh',
      revive:
        'rm /etc/ssh/sshd_config.d/dying.conf; pkill -KILL sshd; pkill -KILL -f "STO[P]" || true; kill -CONT -1; systemctl restart ssh',
      words: /^no answer within 2\.5 s$/,
    },
  ])('shows the others and says what was missing of one that $how', async (example) => {
    await inDead(example.die);
    try {
      const node = await statusOfDead();

      expect(node?.state).toBe('running');
      expect(node?.detail).toMatch(example.words);
    } finally {
      await inDead(example.revive);
    }
  });

  it('is healthy again when the node is back', async () => {
    expect(await workspace.run(['status', 'hello'])).toMatchObject({ code: 0 });
  });
});

describe('a cluster with a machine that is off', () => {
  beforeAll(async () => {
    await inDead('systemctl poweroff');
    await eventually(async () => (await runningMachines(workspace)).length === 2);
  });

  it('is shown as it is', async () => {
    const node = await statusOfDead();

    expect(node?.detail).toBe('its machine is stopped');
  });

  it('is not proven, and the proof says which node was not reached', async () => {
    const outcome = await workspace.run(['prove', 'hello', '--json']);

    expect(outcome.code).toBe(1);
    const { proofs } = resultOf(outcome, ProveResultSchema);
    expect(proofs).toMatchObject([{ about: proof, ok: false }]);
    expect(proofs[0]?.detail).toContain('-2: not reached');
  });
});
