import { expect, test } from 'vitest';
import { ensureMachines } from '../../../src/actions/ensure-machines.ts';
import type { MachineChange } from '../../../src/plan/machines.ts';
import type { Machine } from '../../../src/providers/provider.ts';
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
  await expect(starting).rejects.toMatchObject({ code: 'launch-failed' });
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
