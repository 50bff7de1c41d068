import { beforeEach, expect, test } from 'vitest';
import { endSuperseded } from '../../../src/actions/end-superseded.ts';
import { temporaryFolders } from '../../support/temporary-folder.ts';
import { clusterIn } from './support/cluster.ts';
import { machine } from './support/machine.ts';
import { contextIn, inRun } from './support/run.ts';

const newFolder = temporaryFolders();
let cwd: string;
beforeEach(() => {
  cwd = newFolder();
});

async function endedOf(machines: Parameters<typeof endSuperseded>[1]) {
  const ended: string[] = [];
  const can = { terminate: async (ids: readonly string[]) => void ended.push(...ids) };
  const context = contextIn(cwd);
  const cluster = await clusterIn(cwd, 'zookeeper', 3, { can });
  await inRun(cluster, context, (run) => endSuperseded(run, machines));
  return { ended, told: context.events.filter(({ type }) => type === 'notice').length };
}

test('a machine that is back after it was replaced is ended, and that is told', async () => {
  const back = machine(1, { incarnation: 1 });
  const now = machine(1, { incarnation: 2 });

  expect(await endedOf([back, now, machine(2)])).toEqual({ ended: [back.id], told: 1 });
});

test('no other machine is', async () => {
  const gone = machine(1, { incarnation: 1, state: 'terminated' });
  const now = machine(1, { incarnation: 2 });

  expect(await endedOf([gone, now, machine(2)])).toEqual({ ended: [], told: 0 });
});
