import { describe, expect, test, vi } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { type Claim, claimHost, reportHost } from '../../../src/node/claim.ts';
import { leaveHost } from '../../../src/node/leave.ts';
import { leftBehind } from '../../../src/node/left-behind.ts';
import type { Step } from '../../../src/node/step-kinds.ts';
import { applyAt, look, put, wishesOf } from './fixtures.ts';
import { canRunLocalNode, type LocalNode, startLocalNode } from './local-node.ts';

vi.setConfig({ testTimeout: 30_000 });

const options = { clock: systemClock };
const claim = (uid: string): Claim => ({
  ...{ version: 1, uid, cluster: `demo-${uid}`, ordinal: 1, incarnation: 1, token: 't', at: 1 },
});
const leave = (node: LocalNode, purgeData: boolean, uid = 'u1') =>
  leaveHost(node, { uid, purgeData }, options);
const steps: readonly Step[] = [
  { directory: { path: '/etc/demo' } },
  { directory: { path: '/srv/demo' } },
  { directory: { path: '/srv/demo/inner' } },
  { file: { path: '/etc/demo/demo.conf', content: 'x' } },
  { file: { path: '/srv/demo/id', content: '1' } },
];
const there = (node: LocalNode) =>
  node.sh('find /etc/demo /srv/demo /var/lib/deployer -mindepth 0 2>/dev/null | sort');

describe.skipIf(!canRunLocalNode)('a machine that is there before its cluster', () => {
  test('is claimed by one of several clusters, whole, and tells all of them the same', async () => {
    await using node = await startLocalNode();
    expect((await reportHost(node, options)).claim).toBeNull();

    const uids = ['u1', 'u2', 'u3', 'u4'];
    const held = await Promise.all(uids.map((uid) => claimHost(node, claim(uid), options)));
    expect(new Set(held.map(({ uid }) => uid)).size).toBe(1);
    expect(uids).toContain(held[0]?.uid);
    expect((await reportHost(node, options)).claim).toEqual(held[0]);
    expect(await node.sh('ls -A /var/lib/deployer')).toBe('claim.json\n');
  });

  test('is not claimed by what nobody can read', async () => {
    await using node = await startLocalNode();
    node.write('/var/lib/deployer/claim.json', '{"uid":\n');

    await expect(claimHost(node, claim('u1'), options)).rejects.toMatchObject({
      code: 'claim-damaged',
    });
  });

  test('keeps what services wrote when it is left, and nothing else of the cluster', async () => {
    await using node = await startLocalNode();
    await claimHost(node, claim('u1'), options);
    await put(node, ...steps);
    node.write('/srv/demo/inner/precious', 'data');
    node.write('/srv/other', 'mine');

    expect(await leave(node, false)).toEqual({
      removed: ['/etc/demo/demo.conf', '/srv/demo/id', '/etc/demo'],
      kept: ['/srv/demo'],
    });
    expect(await there(node)).toBe('/srv/demo\n/srv/demo/inner\n/srv/demo/inner/precious\n');
    expect(node.read('/srv/other')).toBe('mine');
  });

  test('keeps nothing of the cluster when its data is purged', async () => {
    await using node = await startLocalNode();
    await claimHost(node, claim('u1'), options);
    await put(node, ...steps);
    node.write('/srv/demo/inner/precious', 'data');

    expect((await leave(node, true)).kept).toEqual([]);
    expect(await there(node)).toBe('');
  });

  test('is rid of what a run began and did not end, and of what it no longer wishes', async () => {
    await using node = await startLocalNode();
    await claimHost(node, claim('u1'), options);
    const file = (path: string): Step => ({ file: { path, content: 'x' } });
    await put(node, file('/srv/first'));
    const { generation } = await look(node);
    const failing = wishesOf(file('/srv/second'), file('/srv/no/such'), file('/srv/third'));
    await applyAt(node, { generation, wishes: failing });

    expect((await leave(node, false)).removed.toSorted()).toEqual(['/srv/first', '/srv/second']);
  });

  test('goes on being left where that was cut', async () => {
    await using node = await startLocalNode();
    await claimHost(node, claim('u1'), options);
    await put(node, ...steps);
    for (const stdout of [30, 60, 90, 120, 150]) node.cuts.push({}, {}, { stdout });

    await leave(node, true);
    expect(await there(node)).toBe('');
  });

  test('says what does not go, and is still claimed then', async () => {
    await using node = await startLocalNode();
    await claimHost(node, claim('u1'), options);
    await put(node, ...steps);
    await node.sh('mount --bind /srv/demo/id /srv/demo/id');

    await expect(leave(node, false)).rejects.toMatchObject({
      code: 'not-left',
      excerpt: expect.stringContaining('/srv/demo/id'),
    });
    expect((await reportHost(node, options)).claim?.uid).toBe('u1');
    await node.sh('umount /srv/demo/id');
    await leave(node, false);
    expect(await there(node)).toBe('');
  });

  test('is left alone by a cluster that has not claimed it', async () => {
    await using node = await startLocalNode();
    await claimHost(node, claim('u1'), options);
    await put(node, ...steps);

    expect(await leave(node, true, 'u2')).toEqual({ removed: [], kept: [] });
    expect((await reportHost(node, options)).claim?.uid).toBe('u1');
    expect(node.read('/etc/demo/demo.conf')).toBe('x');
  });
});

test('folders of the system are never taken for data of a service', () => {
  const paths = ['/', '/var/lib', '/home', '/var/lib/demo', '/var/lib/demo/inner', '/data'];
  const made = paths.map((path): Step => ({ directory: { path } }));
  const content = '[Service]\nStateDirectory=demo more/inner\nLogsDirectory=%N\n';
  const unit: Step = { unit: { name: 'demo', content } };

  expect(leftBehind(wishesOf(...made, unit)).data).toEqual([
    '/var/lib/demo',
    '/data',
    '/var/lib/more/inner',
  ]);
});
