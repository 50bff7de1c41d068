import { describe, expect, test, vi } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { type Claim, claimHost, reportHost } from '../../../src/node/claim.ts';
import { leaveHost } from '../../../src/node/leave.ts';
import { leftBehind } from '../../../src/node/left-behind.ts';
import type { Step } from '../../../src/node/step-kinds.ts';
import { applyAt, look, put, told, wishesOf } from './fixtures.ts';
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
      restored: [],
      kept: ['/srv/demo'],
    });
    const kept = ['/srv/demo', '/srv/demo/inner', '/srv/demo/inner/precious'];
    const known = ['/var/lib/deployer', '/var/lib/deployer/made'];
    expect(await there(node)).toBe([...kept, ...known, ''].join('\n'));
    expect(node.read('/srv/other')).toBe('mine');

    // The next cluster has that data, and may purge it.
    await claimHost(node, claim('u2'), options);
    await put(node, ...steps);
    expect((await leave(node, true, 'u2')).kept).toEqual([]);
    expect(await there(node)).toBe('');
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

    expect(await leave(node, true, 'u2')).toEqual({ removed: [], restored: [], kept: [] });
    expect((await reportHost(node, options)).claim?.uid).toBe('u1');
    expect(node.read('/etc/demo/demo.conf')).toBe('x');
  });

  test('has again what was there before, with its owner and mode, and keeps its own folders', async () => {
    await using node = await startLocalNode();
    node.write('/etc/demo/demo.conf', 'before', 0o640);
    node.write('/srv/demo/mine', 'before');
    await node.sh('chown 7:8 /etc/demo/demo.conf; chmod 2750 /srv/demo; ln -s mine /srv/demo/link');
    await claimHost(node, claim('u1'), options);
    const inner: Step = { directory: { path: '/srv/demo/made' } };
    const link = (content: string): Step => ({ file: { path: '/srv/demo/link', content } });
    await put(node, ...steps.slice(0, 4), inner, link('1'));
    await put(node, { file: { path: '/etc/demo/demo.conf', content: 'y' } }, inner, link('2'));
    node.write('/srv/demo/made/precious', 'data');
    node.cuts.push({}, {}, { stdout: 120 });

    expect(await leave(node, true)).toMatchObject({
      restored: ['/etc/demo/demo.conf', '/srv/demo/link'],
      kept: ['/srv/demo'],
    });
    const facts = await node.sh(
      "cat /etc/demo/demo.conf; stat -c ' %u:%g %a' /etc/demo/demo.conf /srv/demo; readlink /srv/demo/link",
    );
    expect(facts).toBe('before 7:8 640\n 0:0 2750\nmine\n');
    expect(await there(node)).toBe(
      '/etc/demo\n/etc/demo/demo.conf\n/srv/demo\n/srv/demo/link\n/srv/demo/mine\n',
    );
  });

  test('keeps folders that were there before even where they are empty', async () => {
    await using node = await startLocalNode();
    await node.sh('mkdir -p /etc/demo /srv/demo/own');
    await claimHost(node, claim('u1'), options);
    await put(node, ...steps);
    await leave(node, true);

    expect(await there(node)).toBe('/etc/demo\n/srv/demo\n/srv/demo/own\n');
  });

  test('is left alone by a cluster that lost it while it waited for the lock', async () => {
    await using node = await startLocalNode();
    await claimHost(node, claim('u1'), options);
    await put(node, ...steps);
    node.write('/var/lib/deployer/next.json', `${JSON.stringify(claim('u2'))}\n`);
    const next = 'mv next.json claim.json; rm lock';
    const lost = node.sh(`cd /var/lib/deployer; flock lock sh -c 'touch held; sleep 0.7; ${next}'`);
    while ((await node.sh('ls /var/lib/deployer/held')) === '');

    expect(await leave(node, true)).toEqual({ removed: [], restored: [], kept: [] });
    await lost;
    expect((await reportHost(node, options)).claim?.uid).toBe('u2');
    expect(node.read('/etc/demo/demo.conf')).toBe('x');
  });

  test('empties a folder for data that was made a link since', async () => {
    await using node = await startLocalNode();
    await claimHost(node, claim('u1'), options);
    await put(node, ...steps);
    await node.sh('mv /srv/demo /srv/big; ln -s big /srv/demo');
    node.write('/srv/big/inner/precious', 'data');
    expect(told(await put(node, ...steps))).toEqual(steps.map(() => 'ok'));

    expect((await leave(node, true)).removed).toContain('/srv/demo');
    expect(await node.sh('find /srv | sort')).toBe('/srv\n/srv/big\n/srv/demo\n');
  });
});

test('folders of the system are never taken for data of a service', () => {
  const paths = ['/', '/var/lib', '/home', '/var/lib/demo', '/var/lib/demo/inner', '/data'];
  const made = paths.map((path): Step => ({ directory: { path } }));
  const content = '[Service]\nStateDirectory=demo more/inner\nLogsDirectory=%N\n';
  const unit: Step = { unit: { name: 'demo', content } };

  expect(leftBehind(wishesOf(...made, unit)).data).toEqual([
    '/data',
    '/var/lib/demo',
    '/var/lib/demo/inner',
    '/var/lib/more/inner',
  ]);
});
