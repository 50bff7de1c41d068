import { beforeEach, describe, expect, test } from 'vitest';
import { launchMachines, settleOpenLaunches } from '../../../src/actions/launch-machines.ts';
import { DeployerError } from '../../../src/errors.ts';
import type { MachineChange } from '../../../src/plan/machines.ts';
import type { LaunchRequest, Machine, Provider } from '../../../src/providers/provider.ts';
import { temporaryFolders } from '../../support/temporary-folder.ts';
import { sampleContent } from '../state/support/sample-snapshot.ts';
import { clusterIn } from './support/cluster.ts';
import { machine } from './support/machine.ts';
import { contextIn, inRun } from './support/run.ts';

const newFolder = temporaryFolders();
let cwd: string;
beforeEach(() => {
  cwd = newFolder();
});

const replaced: MachineChange = {
  ...{ ordinal: 1, action: 'replace', machineId: 'i-1', incarnation: 2, reason: 'asked for' },
};

/** A cloud in which machine 1 runs, is told to end and does so after some looks; what it was told is written down. */
function cloudThatEnds(looks: number) {
  const told: string[] = [];
  let left = looks;
  const states: () => Machine['state'] = () => (left > 0 ? 'running' : 'shutting-down');
  const can: Partial<Provider> = {
    pollMs: 1_000,
    describe: async () => {
      if (told.includes('end i-1')) left -= 1;
      return [machine(1, { state: states() }), machine(2)];
    },
    terminate: async (ids) => void told.push(`end ${ids.join(' ')}`),
    importKey: async () => {},
    label: async () => {},
    launch: async ({ ordinals, incarnation }) => {
      told.push(`launch ${ordinals.join(' ')} while 1 is ${states()}`);
      return ordinals.map((ordinal) => machine(ordinal, { incarnation, state: 'pending' }));
    },
  };
  return { told, can };
}

async function replace({ can }: Pick<ReturnType<typeof cloudThatEnds>, 'can'>) {
  const context = contextIn(cwd);
  const cluster = await clusterIn(cwd, 'zookeeper', 3, { can });
  const snapshot = await inRun(cluster, context, async (run) => {
    const remembered = await run.save(sampleContent());
    return (await launchMachines(run, remembered, [replaced])).snapshot;
  });
  return { snapshot, waitedMs: context.clock.monotonicMs() };
}

describe('a machine that is replaced', () => {
  test('has begun to end before its successor is launched', async () => {
    const cloud = cloudThatEnds(3);
    const { snapshot } = await replace(cloud);
    expect(cloud.told).toEqual(['end i-1', 'launch 1 while 1 is shutting-down']);
    expect(snapshot.nodes[0]).toMatchObject({ incarnation: 2, instanceId: 'i-1b' });
  });

  test('is replaced although it does not answer and cannot be left', async () => {
    const cloud = cloudThatEnds(Number.POSITIVE_INFINITY);
    const silence = new DeployerError('host-silent', 'i-1 cannot be left as found');
    const can = { ...cloud.can, terminate: () => Promise.reject(silence) };
    const { snapshot } = await replace({ can });

    expect(cloud.told).toEqual(['launch 1 while 1 is running']);
    expect(snapshot.nodes[0]).toMatchObject({ incarnation: 2, instanceId: 'i-1b' });
  });

  test('has no successor when it does not end in a while, and the error names it', async () => {
    const cloud = cloudThatEnds(Number.POSITIVE_INFINITY);
    await expect(replace(cloud)).rejects.toMatchObject({
      code: 'not-ended',
      message: 'the cloud does not end i-1 (running), which is to be replaced',
    });
    expect(cloud.told).toEqual(['end i-1']);
  });
});

describe('a launch that was cut short', () => {
  const request: LaunchRequest = {
    cluster: { uid: 'u-4f1c', name: 'zookeeper-default' },
    ...{ token: 't', incarnation: 1, ordinals: [1], atLeastOne: false, imageId: 'ami-1' },
    pool: { instanceType: 'small', zone: null, market: 'on-demand' },
    ...{ keyName: 'key', operatorKeys: [], loginKey: null, groupIds: [], subnetId: null },
    ...{ publicAddress: null, disks: [], instanceProfile: null, protect: false, hostKey: null },
  };
  const settled = async (launch: Provider['launch']) => {
    const context = contextIn(cwd);
    const cluster = await clusterIn(cwd, 'zookeeper', 3, {
      can: { describe: async () => [], launch },
    });
    await inRun(cluster, context, async ({ journal }) => {
      await journal.begin({ kind: 'launch', token: 't', request });
    });
    const settling = inRun(cluster, context, settleOpenLaunches);
    const outcome = await settling.catch((error: unknown) => error);
    const open = await inRun(cluster, context, async ({ journal }) => journal.openEntries().length);
    const notices = context.events.flatMap((each) => (each.type === 'notice' ? each.message : []));
    return { outcome, open, notices };
  };

  test('is sent again as it was, and then is no longer open', async () => {
    const sent: LaunchRequest[] = [];
    const found = await settled(async (again) => {
      sent.push(again);
      return [machine(1)];
    });
    expect(found).toEqual({ outcome: undefined, open: 0, notices: [] });
    expect(sent).toEqual([request]);
  });

  test('stands in nobody’s way once the cloud refuses it, which is told', async () => {
    const refused = new DeployerError('InsufficientInstanceCapacity', 'no room');
    expect(await settled(() => Promise.reject(refused))).toEqual({
      ...{ outcome: undefined, open: 0 },
      notices: ['a launch that was cut short cannot be completed: no room'],
    });
  });

  test('stays open while nobody can say what became of it', async () => {
    const lost = new DeployerError('socket hang up', 'lost', { retryable: true });
    expect(await settled(() => Promise.reject(lost))).toMatchObject({ outcome: lost, open: 1 });
  });
});

describe('pools of which some are full', () => {
  const config = `
profiles:
  default:
    credentials: own
    image: ami-1
    instanceType: [small, large]
    network: {securityGroups: [sg-1]}
credentials:
  own: {endpoint: "http://192.0.2.1"}
`;

  test('are tried in their order, and what one had room for is kept (B5)', async () => {
    const asked: string[] = [];
    const room = new Map([
      ['small', 2],
      ['large', 5],
    ]);
    const context = contextIn(cwd);
    const can: Partial<Provider> = {
      pollMs: 1,
      describe: async () => [],
      importKey: async () => {},
      label: async () => {},
      launch: async ({ ordinals, pool, atLeastOne }) => {
        asked.push(`${pool.instanceType} for ${ordinals} ${atLeastOne ? 'or fewer' : ''}`.trim());
        const given = ordinals.slice(0, room.get(pool.instanceType) ?? 0);
        return given.map((ordinal) => machine(ordinal, { state: 'pending' }));
      },
    };
    const cluster = await clusterIn(cwd, 'zookeeper', 3, { can, config });
    const wished = ['launch', 'launch', 'launch'].map(
      (_, index): MachineChange => ({
        ...{ ordinal: index + 1, action: 'launch', machineId: null, incarnation: 1, reason: 'new' },
      }),
    );

    const nodes = wished.map(({ ordinal }) => ({
      ...{ ordinal, incarnation: 1, roles: ['server'], instanceId: null },
    }));
    const { snapshot } = await inRun(cluster, context, async (run) =>
      launchMachines(run, await run.save({ ...sampleContent(), nodes }), wished),
    );

    expect(asked).toEqual(['small for 1,2,3 or fewer', 'large for 3']);
    expect(snapshot.nodes.map(({ instanceId }) => instanceId)).toEqual(['i-1', 'i-2', 'i-3']);
    expect(context.events).toContainEqual(
      expect.objectContaining({
        message: 'no room for 1 more small (on-demand): trying large (on-demand)',
      }),
    );
  });

  test('are all tried before the cloud’s refusal is told, and any other refusal is told at once (B5)', async () => {
    const tried = async (code: string) => {
      const asked: string[] = [];
      const can: Partial<Provider> = {
        pollMs: 1,
        describe: async () => [],
        importKey: async () => {},
        launch: ({ pool }) => {
          asked.push(pool.instanceType);
          return Promise.reject(new DeployerError(code, 'no'));
        },
      };
      const cluster = await clusterIn(cwd, 'zookeeper', 3, { can, config });
      const launched = inRun(cluster, contextIn(cwd), async (run) =>
        launchMachines(run, await run.save(sampleContent()), [{ ...replaced, ordinal: 3 }]),
      );
      await expect(launched).rejects.toMatchObject({ code });
      return asked;
    };
    expect(await tried('InsufficientInstanceCapacity')).toEqual(['small', 'large']);
    expect(await tried('VcpuLimitExceeded')).toEqual(['small']);
  });
});

test('a launch that was cut short after its machines were there is not sent again: its image may be gone by now', async () => {
  const request: LaunchRequest = {
    cluster: { uid: 'u-4f1c', name: 'zookeeper-default' },
    ...{ token: 't', incarnation: 1, ordinals: [1, 2], atLeastOne: false, imageId: 'ami-1' },
    pool: { instanceType: 'small', zone: null, market: 'on-demand' },
    ...{ keyName: 'key', operatorKeys: [], loginKey: null, groupIds: [], subnetId: null },
    ...{ publicAddress: null, disks: [], instanceProfile: null, protect: false, hostKey: null },
  };
  const settles = async (there: readonly Machine[]) => {
    let sent = 0;
    const can: Partial<Provider> = {
      describe: async () => there,
      launch: async () => {
        sent += 1;
        return [];
      },
    };
    const cwd = newFolder();
    const cluster = await clusterIn(cwd, 'zookeeper', 3, { can });
    await inRun(cluster, contextIn(cwd), async (run) => {
      await run.journal.begin({ kind: 'launch', token: 't', request });
      await settleOpenLaunches(run);
      expect(run.journal.openEntries()).toEqual([]);
    });
    return sent;
  };
  expect(await settles([machine(1), machine(2)])).toBe(0);
  expect(await settles([machine(1)])).toBe(1);
  expect(await settles([machine(1, { incarnation: 2 }), machine(2)])).toBe(1);
});
