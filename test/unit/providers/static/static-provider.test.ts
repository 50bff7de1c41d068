import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DeployerError, Interrupted } from '../../../../src/errors.ts';
import { isNoCapacity } from '../../../../src/providers/no-capacity.ts';
import { chooseHosts } from '../../../../src/providers/static/choose-hosts.ts';
import { createStaticProvider } from '../../../../src/providers/static/static-provider.ts';
import { type FakeHost, fakeDeps, fakeHost, launchOf } from './fake-hosts.ts';

const noSecrets = { hostKey: null };
const other = { cluster: { uid: 'v', name: 'other-rack' }, token: 'o' };
const ordinalsOf = (hosts: readonly FakeHost[]) =>
  hosts.map(({ claimed }) => claimed && `${claimed.uid}${claimed.ordinal}`);

function providerOf(hosts: readonly FakeHost[], given = fakeDeps()) {
  const provider = createStaticProvider(hosts, given.deps);
  const launch = (...args: Parameters<typeof launchOf>) =>
    provider.launch(launchOf(...args), noSecrets);
  return { provider, launch, ...given };
}

describe('chooseHosts', () => {
  it('takes what is listed first, and no zone twice before another once', () => {
    const zones = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 9 });
    fc.assert(
      fc.property(zones, zones, fc.nat(9), (free, taken, count) => {
        const hosts = free.map((zone, place) => ({ zone, place }));
        const chosen = chooseHosts(hosts, count, taken);
        expect(chosen).toHaveLength(Math.min(count, hosts.length));
        expect(new Set(chosen).size).toBe(chosen.length);
        const nodesIn = (zone: string, upTo: number) =>
          [...taken, ...chosen.slice(0, upTo).map((host) => host.zone)].filter((z) => z === zone)
            .length;
        chosen.forEach((host, index) => {
          const left = hosts.filter((each) => !chosen.slice(0, index).includes(each));
          const better = left.filter((each) => {
            const [mine, its] = [nodesIn(host.zone, index), nodesIn(each.zone, index)];
            return its < mine || (its === mine && each.place < host.place);
          });
          expect(better).toEqual([]);
        });
      }),
    );
  });
});

describe('machines of your own', () => {
  it('are claimed in their order, and found again by the same launch', async () => {
    const hosts = ['a', 'b', 'c'].map((id) => fakeHost(id));
    const { provider, launch } = providerOf(hosts);
    const machines = await launch([1, 2]);

    expect(machines.map(({ id, ordinal }) => [id, ordinal])).toEqual([
      ['a', 1],
      ['b', 2],
    ]);
    expect(await launch([1, 2])).toEqual(machines);
    expect(await providerOf(hosts).launch([1, 2])).toEqual(machines);
    expect(await provider.describe('u')).toEqual(machines);
    expect(ordinalsOf(hosts)).toEqual(['u1', 'u2', null]);
    expect(await provider.discover('demo-rack')).toEqual(['u']);
    expect((await provider.owned()).map(({ id, cluster }) => [id, cluster.name])).toEqual([
      ['a', 'demo-rack'],
      ['b', 'demo-rack'],
    ]);
  });

  it('go on with a launch that was cut short, whichever claims it had made', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 3 }), async (made) => {
        const hosts = ['a', 'b', 'c', 'd'].map((id) => fakeHost(id));
        let claims = 0;
        for (const host of hosts) {
          host.beforeClaim = () => {
            claims += 1;
            if (claims > made) throw new Error('killed');
          };
        }
        await providerOf(hosts)
          .launch([1, 2, 3])
          .catch(() => {});
        for (const host of hosts) host.beforeClaim = () => {};
        const machines = await providerOf(hosts).launch([1, 2, 3]);
        expect(machines.map(({ ordinal }) => ordinal).toSorted()).toEqual([1, 2, 3]);
        expect(hosts.filter(({ claimed }) => claimed !== null)).toHaveLength(3);
      }),
    );
  });

  it('are refused by name while others use them, and none is touched', async () => {
    const hosts = ['a', 'b', 'c'].map((id) => fakeHost(id));
    const [, b, c] = hosts;
    await providerOf(hosts).launch([1], other);
    if (b) b.worksFor = { uid: 'w', cluster: 'third-rack' };
    if (c) c.isSilent = true;
    const refused = await providerOf(hosts)
      .launch([1])
      .catch((error: unknown) => error);

    expect(refused).toMatchObject({
      code: 'no-free-host',
      message: "1 of the profile's hosts is needed, and 0 can be had",
      excerpt: 'a is node 1 of other-rack\nb works for third-rack\nc: port 22 did not answer',
    });
    expect(isNoCapacity(refused)).toBe(true);
    expect(ordinalsOf(hosts)).toEqual(['v1', null, null]);
  });

  it('are claimed by one cluster where two want the same at once', async () => {
    const hosts = ['a', 'b', 'c', 'd'].map((id) => fakeHost(id));
    const both = [providerOf(hosts).launch([1, 2]), providerOf(hosts).launch([1, 2], other)];
    const [ours = [], theirs = []] = await Promise.all(both);
    const ids = [...ours, ...theirs].map(({ id }) => id);

    expect(new Set(ids).size).toBe(4);
    expect(ordinalsOf(hosts).toSorted()).toEqual(['u1', 'u2', 'v1', 'v2']);
  });

  it('come from the zone that is asked for, as many as there are where fewer will do', async () => {
    const hosts = ['a', 'b', 'c'].map((id, place) =>
      fakeHost(id, { zone: place === 1 ? 'y' : 'x' }),
    );
    const { launch } = providerOf(hosts);
    const pool = { instanceType: '', zone: 'y', market: 'on-demand' } as const;

    await expect(launch([1, 2], { pool })).rejects.toMatchObject({ code: 'no-free-host' });
    const machines = await launch([1, 2], { pool, atLeastOne: true });
    expect(machines.map(({ id, ordinal, zone }) => [id, ordinal, zone])).toEqual([['b', 1, 'y']]);
  });

  it('count as running while they are silent, as long as they are listed', async () => {
    const remembered = ['a', 'b'].map((id, index) => ({
      uid: 'u',
      id,
      ordinal: index + 1,
      incarnation: 1,
    }));
    const hosts = [fakeHost('a'), fakeHost('b', { isListed: false })];
    for (const host of hosts) host.isSilent = true;
    const { provider, warnings } = providerOf(hosts, fakeDeps(remembered));

    expect(await provider.describe('v')).toEqual([]);
    expect(warnings).toEqual([]);
    expect((await provider.describe('u')).map(({ id, state }) => [id, state])).toEqual([
      ['a', 'running'],
    ]);
    await provider.describe('u');
    expect(warnings).toEqual([
      "b is off the profile's hosts and does not answer: it is taken for gone",
    ]);
  });

  it('are not forgotten off the list while something answers there and lets nobody in', async () => {
    const codes = ['authentication-refused', 'wrong-host-key', 'ssh-silent', 'bastion-unreachable'];
    const hosts = codes.map((code) => fakeHost(code, { isListed: false }));
    for (const host of hosts) host.refusal = new DeployerError(host.id, 'not now');
    const remembered = codes.map((id, index) => ({
      ...{ uid: 'u', id, ordinal: index + 1, incarnation: 1 },
    }));
    const { provider, warnings } = providerOf(hosts, fakeDeps(remembered));

    expect((await provider.describe('u')).map(({ id }) => id)).toEqual(codes);
    await expect(provider.terminate(codes)).rejects.toMatchObject({ code: 'host-silent' });
    expect((await provider.describe('u')).map(({ id }) => id)).toEqual(codes);
    expect(warnings).toEqual([]);
  });

  it('are not taken for silent where it is the user who does not wait', async () => {
    const host = fakeHost('a');
    host.refusal = new Interrupted();
    const { provider } = providerOf([host]);
    await expect(provider.describe('u')).rejects.toBe(host.refusal);
    host.refusal = null;
    host.claimed = { ...other, uid: 'u', cluster: 'o', ordinal: 1, incarnation: 1, at: 0 };

    expect(await provider.describe('u')).toHaveLength(1);
  });

  it('are asked again a while after they fell silent', async () => {
    const host = fakeHost('a');
    host.isSilent = true;
    const { provider, pass } = providerOf([host]);
    expect(await provider.owned()).toEqual([]);
    host.isSilent = false;
    host.claimed = { ...other, uid: 'v', cluster: 'o', ordinal: 1, incarnation: 1, at: 0 };

    expect(await provider.owned()).toEqual([]);
    pass(15_000);
    expect(await provider.owned()).toHaveLength(1);
  });

  it('are left, and a node that moves away from one does not move back to it', async () => {
    const hosts = ['a', 'b'].map((id) => fakeHost(id));
    const { provider, launch } = providerOf(hosts);
    await launch([1]);
    await provider.terminate(['a']);

    expect(await provider.describe('u')).toEqual([]);
    expect((await launch([1], { incarnation: 2, token: 't2' })).map(({ id }) => id)).toEqual(['b']);
    expect(await provider.sweep('u')).toEqual([{ kind: 'host', id: 'b', state: 'claimed' }]);
  });

  it('are not left by a cluster that has lost them to another', async () => {
    const host = fakeHost('a');
    const { provider, launch, warnings } = providerOf([host]);
    await launch([1]);
    const uid = 'v';
    host.claimed = { ...other, uid, cluster: 'other-rack', ordinal: 1, incarnation: 1, at: 0 };
    await provider.terminate(['a']);

    expect(ordinalsOf([host])).toEqual(['v1']);
    expect(warnings).toEqual(['a belongs to other-rack and is not touched']);
  });

  it('cannot be left while they are silent, unless they are off the list', async () => {
    const hosts = [fakeHost('a'), fakeHost('b'), fakeHost('c', { isListed: false })];
    const remembered = hosts.map(({ id }, index) => ({
      uid: 'u',
      id,
      ordinal: index + 1,
      incarnation: 1,
    }));
    const [a, b, c] = hosts;
    const { provider, warnings } = providerOf(hosts, fakeDeps(remembered));
    if (a)
      a.claimed = { ...other, uid: 'u', cluster: 'demo-rack', ordinal: 1, incarnation: 1, at: 0 };
    if (b) b.isSilent = true;
    if (c) c.isSilent = true;

    await expect(provider.terminate(['a', 'b', 'c'])).rejects.toMatchObject({
      code: 'host-silent',
      message: 'b cannot be left as found',
    });
    expect(a?.claimed).toBeNull();
    expect(warnings).toEqual(['c does not answer and is given up, with all that is on it']);
  });

  it('are what they are: each has its own figures, and none can be started', async () => {
    const { provider } = providerOf([fakeHost('a'), fakeHost('b')]);

    expect([...(await provider.figures(['whatever'])).keys()]).toEqual(['a', 'b']);
    await expect(provider.start(['a'])).rejects.toMatchObject({ code: 'cannot-start' });
    expect(await provider.prepare('')).toEqual({ id: '', name: '', username: null });
  });
});
