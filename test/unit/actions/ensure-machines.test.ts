import { expect, test } from 'vitest';
import { ensureMachines } from '../../../src/actions/ensure-machines.ts';
import type { MachineChange } from '../../../src/plan/machines.ts';
import type { Machine, Provider } from '../../../src/providers/provider.ts';
import { temporaryFolders } from '../../support/temporary-folder.ts';
import { sampleContent } from '../state/support/sample-snapshot.ts';
import { clusterIn } from './support/cluster.ts';
import { machine } from './support/machine.ts';
import { contextIn, inRun } from './support/run.ts';

const newFolder = temporaryFolders();
const off: MachineChange = {
  ...{ ordinal: 1, action: 'start', machineId: 'i-1', incarnation: 1, reason: 'stopping' },
};

/** Starts machine 1, which stops after so many looks and, once it is started, ends. Gives the state it was started in. */
async function startedIn(looks: number): Promise<readonly Machine['state'][]> {
  const started: Machine['state'][] = [];
  let left = looks;
  const state = (): Machine['state'] => (left > 0 ? 'stopping' : 'stopped');
  const can = {
    pollMs: 1_000,
    describe: async () => {
      left -= 1;
      return [machine(1, { state: started.length > 0 ? 'terminated' : state() })];
    },
    start: async () => void started.push(state()),
  };
  const cwd = newFolder();
  const cluster = await clusterIn(cwd, 'zookeeper', 3, { can });
  const starting = inRun(cluster, contextIn(cwd), async (run) =>
    ensureMachines(run, await run.save(sampleContent()), [off]),
  );
  expect((await starting).failures).toMatchObject([{ error: { code: 'launch-failed' } }]);
  return started;
}

test('a machine that is off is started', async () => {
  expect(await startedIn(0)).toEqual(['stopped']);
});

test('a machine that is still stopping is started once it has stopped: before that no cloud would', async () => {
  expect(await startedIn(5)).toEqual(['stopped']);
});

test('a machine that never stops is started all the same, for the cloud to say what is wrong', async () => {
  expect(await startedIn(Number.POSITIVE_INFINITY)).toEqual(['stopping']);
});

/** A cloud whose machines end at once, so many times for each node; tells what was launched. */
async function launchedWhere(endsOf: (ordinal: number, incarnation: number) => boolean) {
  const machines: Machine[] = [];
  const can: Partial<Provider> = {
    pollMs: 1_000,
    prepare: async () => ({ id: 'ami-1', name: '', username: null }),
    describe: async () => machines,
    importKey: async () => {},
    label: async () => {},
    launch: async ({ ordinals, incarnation }) => {
      const made = ordinals.map((ordinal) =>
        endsOf(ordinal, incarnation)
          ? machine(ordinal, {
              incarnation,
              state: 'terminated',
              stateReason: 'Server.InternalError',
            })
          : machine(ordinal, { incarnation, state: 'running' }),
      );
      machines.push(...made);
      return made;
    },
  };
  const cwd = newFolder();
  const cluster = await clusterIn(cwd, 'zookeeper', 3, { can });
  const context = contextIn(cwd);
  const { failures } = await inRun(cluster, context, async (run) =>
    ensureMachines(
      run,
      await run.save(sampleContent()),
      [1, 2].map((ordinal) => ({
        ...{ ordinal, action: 'launch', machineId: null, incarnation: 1, reason: 'new' },
      })),
    ),
  );
  return { machines, failures, context };
}

test('a machine that ends at once gets a successor, and the cloud’s reason is told (B7)', async () => {
  const { machines, failures, context } = await launchedWhere(
    (ordinal, incarnation) => ordinal === 1 && incarnation < 3,
  );
  expect(machines.map(({ id }) => id)).toEqual(['i-1', 'i-2', 'i-1b', 'i-1bb']);
  // Nothing answers on SSH here: what is left is that the last ones never got an address.
  expect(failures.map(({ node, error }) => [node, error.code])).toEqual([
    ['zookeeper-default-2', 'no-address'],
    ['zookeeper-default-1', 'no-address'],
  ]);
  expect(context.events).toContainEqual(
    expect.objectContaining({
      message:
        'the machine of zookeeper-default-1 ended at once: Server.InternalError; it gets another one',
    }),
  );
});

test('one whose successors end as well fails after the second of them, and no other does (B7)', async () => {
  const { machines, failures } = await launchedWhere((ordinal) => ordinal === 1);
  expect(machines.filter(({ ordinal }) => ordinal === 1)).toHaveLength(3);
  expect(failures.map(({ node, error }) => [node, error.code])).toEqual([
    ['zookeeper-default-2', 'no-address'],
    ['zookeeper-default-1', 'launch-failed'],
  ]);
});
