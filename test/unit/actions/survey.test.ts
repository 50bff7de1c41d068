import { beforeEach, describe, expect, test } from 'vitest';
import { type SurveyOptions, survey } from '../../../src/actions/survey.ts';
import type { Machine } from '../../../src/providers/provider.ts';
import type { SnapshotContent } from '../../../src/state/cluster-snapshot.ts';
import { generatePrivateKey, publicKeyLine } from '../../../src/state/openssh-key.ts';
import { temporaryFolders } from '../../support/temporary-folder.ts';
import { sampleContent } from '../state/support/sample-snapshot.ts';
import { clusterIn } from './support/cluster.ts';
import { machine } from './support/machine.ts';
import { contextIn } from './support/run.ts';

const newFolder = temporaryFolders();
let cwd: string;
beforeEach(() => {
  cwd = newFolder();
});

/** No connection can be made to it, and nothing is sent. */
const nowhere = '255.255.255.255';

/** What is found out about three nodes whose machines, without addresses unless told, can never be reached. */
async function surveyed(
  { incarnations = [1, 1, 1], formed = {} as SnapshotContent['formed'], pinned = [] as string[] },
  machines: readonly Machine[],
  { isRun = false, replace = [] as readonly number[] } = {},
) {
  const can = {
    describe: async () => machines,
    figures: async () => new Map([['t3.medium', { memoryMib: 1, cpus: 1 }]]),
  };
  const consoleOutput = async () => '';
  const cluster = await clusterIn(cwd, 'zookeeper', 3, { can: { ...can, consoleOutput } });
  const context = contextIn(cwd);
  await cluster.state.secrets.clusterKey();
  const base64 = publicKeyLine(generatePrivateKey('test'), 'test')?.split(' ')[1] ?? '';
  for (const id of pinned) await cluster.state.hostKeys.pin(id, { type: 'ssh-ed25519', base64 });
  const nodes = incarnations.map((incarnation, index) => ({
    ...{ ordinal: index + 1, incarnation, roles: ['server'], instanceId: null },
  }));
  const content = sampleContent({ nodes, formed, questions: {} });
  const options: SurveyOptions = {
    ...{ timeoutMs: 15_000, isRun, replace: new Set(replace) },
  };
  const seen = await survey(cluster, { version: 1, serial: 1, ...content }, options, context);
  return {
    actions: seen.machines.map(({ action, incarnation }) => [action, incarnation]),
    failures: seen.failures.map(({ node, error }) => `${node}: ${error.message}`),
    notices: context.events.flatMap((each) => (each.type === 'notice' ? each.message : [])),
  };
}

describe('a node that is wanted on a new machine', () => {
  const members = [1, 2, 3].map((ordinal) => ({ ordinal, incarnation: 1 }));
  const formed = { zookeeper: members };
  const replace = [2];

  test('gets one', async () => {
    const machines = [machine(1), machine(2), machine(3)];
    const { actions, notices } = await surveyed({ formed }, machines, { replace });
    expect(actions).toEqual([
      ['keep', 1],
      ['replace', 2],
      ['keep', 1],
    ]);
    expect(notices).toEqual([]);
  });

  test('gets no other while the new one has yet to take its place: it is told, and that one goes on', async () => {
    const machines = [machine(1), machine(2, { incarnation: 2 }), machine(3)];
    const known = { formed, incarnations: [1, 2, 1] };
    const { actions, notices } = await surveyed(known, machines, { replace });
    expect(actions).toEqual([
      ['keep', 1],
      ['keep', 2],
      ['keep', 1],
    ]);
    expect(notices).toEqual(['the replacement of zookeeper-default-2 is under way and goes on']);
  });

  test('gets the one that was decided on, where the old one still runs', async () => {
    const known = { formed, incarnations: [1, 2, 1] };
    const machines = [machine(1), machine(2), machine(3)];
    const { actions } = await surveyed(known, machines, { replace });
    expect(actions[1]).toEqual(['replace', 2]);
  });

  test('gets another once the new one is a member', async () => {
    const settled = members.map((each) =>
      each.ordinal === 2 ? { ordinal: 2, incarnation: 2 } : each,
    );
    const known = { formed: { zookeeper: settled }, incarnations: [1, 2, 1] };
    const machines = [machine(1), machine(2, { incarnation: 2 }), machine(3)];
    const { actions, notices } = await surveyed(known, machines, { replace });
    expect(actions[1]).toEqual(['replace', 3]);
    expect(notices).toEqual([]);
  });
});

describe('a machine that does not answer', () => {
  const machines = [1, 2, 3].map((ordinal) => machine(ordinal, { address: nowhere }));

  test('has the profile’s time in a run when it never did, for it may still boot, and is then replaced', async () => {
    const known = { pinned: ['i-1', 'i-2'] };
    const { actions, failures } = await surveyed(known, machines, { isRun: true });
    expect(actions).toEqual([
      ['keep', 1],
      ['keep', 1],
      ['replace', 2],
    ]);
    expect(failures).toEqual([
      expect.stringMatching(/^zookeeper-default-1: .* for 15 s$/),
      expect.stringMatching(/^zookeeper-default-2: .* for 15 s$/),
    ]);
  });

  test('is not replaced when it is a member, though its host key was forgotten', async () => {
    const formed = { zookeeper: [1, 2, 3].map((ordinal) => ({ ordinal, incarnation: 1 })) };
    const { actions, failures } = await surveyed({ formed }, machines, { isRun: true });
    expect(actions).toEqual([
      ['keep', 1],
      ['keep', 1],
      ['keep', 1],
    ]);
    expect(failures).toEqual(
      [1, 2, 3].map((each) =>
        expect.stringMatching(new RegExp(`^zookeeper-default-${each}: .* for 300 s$`)),
      ),
    );
  });

  test('is not waited for longer by who only looks', async () => {
    const { actions, failures } = await surveyed({}, machines);
    expect(actions).toEqual([
      ['keep', 1],
      ['keep', 1],
      ['keep', 1],
    ]);
    expect(failures.every((each) => each.endsWith('for 15 s'))).toBe(true);
  });
});
