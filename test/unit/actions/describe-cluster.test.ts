import { beforeEach, describe, expect, test } from 'vitest';
import { describeCluster } from '../../../src/actions/describe-cluster.ts';
import { Interrupted } from '../../../src/errors.ts';
import type { ClusterSnapshot } from '../../../src/state/cluster-snapshot.ts';
import { temporaryFolders } from '../../support/temporary-folder.ts';
import { sampleContent } from '../state/support/sample-snapshot.ts';
import { clusterIn } from './support/cluster.ts';
import { machine } from './support/machine.ts';
import { virtualClock } from './support/virtual-clock.ts';

const newFolder = temporaryFolders();
let cwd: string;
beforeEach(() => {
  cwd = newFolder();
});

const figures = new Map([['t3.medium', { memoryMib: 4096, cpus: 2 }]]);

/** What is found when the cloud answers like this, one time after the other and the last way from then on. */
async function found(
  answers: readonly (readonly number[])[],
  { remembered = [1, 2], unnamed = [] as readonly number[] } = {},
) {
  const [clock, controller] = [virtualClock(), new AbortController()];
  let asked = 0;
  const describeMachines = async () => {
    const ordinals = answers[Math.min(asked, answers.length - 1)] ?? [];
    asked += 1;
    return ordinals.map((ordinal) => machine(ordinal));
  };
  const can = { describe: describeMachines, figures: async () => figures, pollMs: 500 };
  const cluster = await clusterIn(cwd, 'zookeeper', 3, { can });
  const nodes = [...remembered, ...unnamed].map((ordinal) => ({
    ...{ ordinal, incarnation: 1, roles: ['server'] },
    instanceId: unnamed.includes(ordinal) ? null : machine(ordinal).id,
  }));
  const snapshot: ClusterSnapshot = { version: 1, serial: 1, ...sampleContent({ nodes }) };
  const result = await describeCluster(cluster, snapshot, { clock, signal: controller.signal });
  const ordinals = result.described.map(({ ordinal }) => ordinal);
  return { ordinals, asked, waitedMs: clock.monotonicMs(), figures: result.figures };
}

describe('a cloud that knows every machine', () => {
  test('is asked once, and says what a machine is made of', async () => {
    expect(await found([[1, 2]])).toEqual({ ordinals: [1, 2], asked: 1, waitedMs: 0, figures });
  });

  test('is asked once though a machine is yet to be launched, or nobody remembers one', async () => {
    expect(await found([[1, 2]], { unnamed: [3] })).toMatchObject({ asked: 1 });
    expect(await found([[1, 2, 3]])).toMatchObject({ ordinals: [1, 2, 3], asked: 1 });
    expect(await found([[]], { remembered: [], unnamed: [1] })).toMatchObject({ asked: 1 });
  });
});

describe('a cloud whose answer lags behind', () => {
  test('is asked again for a machine that it left out, after a while', async () => {
    expect(await found([[1], [1, 2]])).toMatchObject({ ordinals: [1, 2], asked: 2, waitedMs: 500 });
    expect(await found([[], [1], [2, 1]])).toMatchObject({ ordinals: [2, 1], asked: 3 });
  });

  test('is believed the third time: the machine is gone', async () => {
    expect(await found([[1]])).toMatchObject({ ordinals: [1], asked: 3, waitedMs: 1_000 });
  });
});

test('nobody waits for a second look once somebody interrupts', async () => {
  const controller = new AbortController();
  const can = {
    describe: async () => {
      controller.abort(new Interrupted());
      return [];
    },
    figures: async () => figures,
  };
  const cluster = await clusterIn(cwd, 'zookeeper', 3, { can });
  const snapshot: ClusterSnapshot = { version: 1, serial: 1, ...sampleContent() };
  const context = { clock: virtualClock(), signal: controller.signal };
  await expect(describeCluster(cluster, snapshot, context)).rejects.toThrow(Interrupted);
});
