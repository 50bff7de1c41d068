import { beforeEach, describe, expect, test } from 'vitest';
import { wishedSnapshot } from '../../../src/actions/wished-snapshot.ts';
import type { Machine } from '../../../src/providers/provider.ts';
import type { ClusterSnapshot } from '../../../src/state/cluster-snapshot.ts';
import { temporaryFolders } from '../../support/temporary-folder.ts';
import { clusterIn } from './support/cluster.ts';
import { machine } from './support/machine.ts';
import { virtualClock } from './support/virtual-clock.ts';

const newFolder = temporaryFolders();
const clock = virtualClock();
const nobody = { discover: async () => [] };
let cwd: string;
beforeEach(() => {
  cwd = newFolder();
});

async function made(recipe: string, count: number): Promise<ClusterSnapshot> {
  return wishedSnapshot(await clusterIn(cwd, recipe, count, { can: nobody }), null, { clock });
}

/** The snapshot of an ensemble whose nodes have formed it. */
async function formed(count: number): Promise<ClusterSnapshot> {
  const snapshot = await made('zookeeper', count);
  const members = snapshot.nodes.map(({ ordinal, incarnation }) => ({ ordinal, incarnation }));
  const record = { founders: members, values: {}, nodes: {} };
  const recorded = { components: { zookeeper: record }, fixed: {} };
  return { ...snapshot, recorded, formed: { zookeeper: members } };
}

async function grown(snapshot: ClusterSnapshot, count: number): Promise<ClusterSnapshot> {
  return wishedSnapshot(await clusterIn(cwd, snapshot.recipe, count), snapshot, { clock });
}

async function shrunk(
  snapshot: ClusterSnapshot,
  count: number,
  machines: readonly Machine[] = [],
): Promise<ClusterSnapshot> {
  const can = { describe: async () => machines };
  const cluster = await clusterIn(cwd, snapshot.recipe, count, { can });
  return wishedSnapshot(cluster, snapshot, { clock });
}

describe('a new cluster', () => {
  test('has all its nodes at once, each a first machine that is yet to be launched', async () => {
    const { nodes, request, formed: services, questions } = await made('zookeeper', 5);
    expect(nodes).toEqual(
      [1, 2, 3, 4, 5].map((ordinal) => ({
        ...{ ordinal, incarnation: 1, roles: ['server'], instanceId: null },
      })),
    );
    expect({ request, services, questions }).toEqual({
      ...{ request: { count: 5, params: {} }, services: {}, questions: {} },
    });
  });

  test('has an identity of its own', async () => {
    expect((await made('hello', 1)).uid).not.toBe((await made('hello', 1)).uid);
  });

  test('is not made while machines of that name run somewhere', async () => {
    const found = await clusterIn(cwd, 'zookeeper', 3, { can: { discover: async () => ['u-1'] } });
    await expect(wishedSnapshot(found, null, { clock })).rejects.toMatchObject({
      code: 'state-lost',
    });
  });
});

describe('a cluster that grows', () => {
  test('keeps its nodes as they are, and gets the next ordinals', async () => {
    const before = await formed(3);
    const after = await grown(before, 5);
    expect(after.nodes.slice(0, 3)).toEqual(before.nodes);
    expect(after.nodes.map(({ ordinal }) => ordinal)).toEqual([1, 2, 3, 4, 5]);
    expect(after).toMatchObject({ uid: before.uid, formed: before.formed });
  });

  test('remembers the size wished for, and goes there in rounds where its service must', async () => {
    const first = await grown(await formed(3), 9);
    expect(first.nodes).toHaveLength(5);
    expect(first.request.count).toBe(9);
    const members = first.nodes.map(({ ordinal, incarnation }) => ({ ordinal, incarnation }));
    const second = await grown({ ...first, formed: { zookeeper: members } }, 9);
    expect(second.nodes).toHaveLength(9);
  });

  test('stays as large as it is until those that it just got are members', async () => {
    const first = await grown(await formed(3), 7);
    expect(await grown(first, 7)).toEqual(first);
  });

  test('does so at once where no service needs a quorum', async () => {
    expect((await grown(await made('hello', 1), 20)).nodes).toHaveLength(20);
  });

  test('cannot where one member would be outvoted, and is told what to do instead', async () => {
    await expect(grown(await formed(1), 3)).rejects.toMatchObject({
      code: 'cannot-grow',
      message: 'zookeeper-default has 1 node and cannot become 3',
      hint: expect.stringContaining('--name'),
    });
  });

  test('never shrinks', async () => {
    await expect(shrunk(await formed(5), 3)).rejects.toMatchObject({
      code: 'cannot-shrink',
      message: expect.stringContaining('has 5 nodes and cannot become 3'),
    });
  });

  test('gives up nodes that were asked for and never had a machine', async () => {
    const three = await formed(3);
    const five = await grown(three, 5);
    expect(await shrunk(five, 3)).toEqual(three);
    await expect(shrunk(five, 1)).rejects.toMatchObject({ code: 'cannot-shrink' });
  });

  test('keeps a node whose machine only the cloud knows of', async () => {
    const five = await grown(await formed(3), 5);
    await expect(shrunk(five, 3, [machine(4)])).rejects.toMatchObject({
      code: 'cannot-shrink',
      message: expect.stringContaining('has 4 nodes and cannot become 3'),
    });
  });
});

test('a cluster that is asked for again is wished for as it is, with the parameters of the wish', async () => {
  const before = await formed(3);
  expect(await grown(before, 3)).toEqual(before);
  const changed = await clusterIn(cwd, 'zookeeper', 3, { parameters: { clientPort: '2182' } });
  const after = await wishedSnapshot(changed, before, { clock });
  expect(after).toEqual({ ...before, request: { count: 3, params: { clientPort: 2182 } } });
});
