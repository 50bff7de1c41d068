import { describe, expect, test, vi } from 'vitest';
import { look, put, told } from './fixtures.ts';
import { canRunLocalNode, type LocalNode, startLocalNode } from './local-node.ts';

vi.setConfig({ testTimeout: 30_000 });

describe.skipIf(!canRunLocalNode)('a package step', () => {
  const steps = [{ package: ['tar', 'made-up'] }];

  /** An apt-get that installs made-up as far as dpkg-query can tell, once `curedBy` was called. */
  function fakeApt(node: LocalNode, curedBy: string): void {
    const installed = 'made-up//installed 1:2.0-1';
    node.replace(
      '/usr/bin/apt-get',
      `#!/bin/sh
echo "apt-get $*" | sed 's/ -o [^ ]*//g' >>/srv/calls
case " $* " in
  *" indextargets "*) cat /srv/targets ;;
  *" update "*) touch /srv/update; if [ -e /srv/on-update ]; then . /srv/on-update; fi ;;
  *) [ -e /srv/${curedBy} ] || { echo "E: not like this" >&2; exit 100; }; touch /srv/done ;;
esac`,
    );
    node.replace(
      '/usr/bin/dpkg-query',
      `#!/bin/sh
echo asked >>/srv/queries; echo tar//installed 1.34; if [ -e /srv/done ]; then echo ${installed}; fi`,
    );
    node.replace('/usr/bin/dpkg', '#!/bin/sh\necho "dpkg $*" >>/srv/calls; touch /srv/configured');
  }

  test('fetches lists where there are none, and installs without recommendations', async () => {
    await using node = await startLocalNode();
    fakeApt(node, 'update');
    expect(told(await look(node, ...steps))).toEqual(['would-change: not installed: made-up']);
    expect(told(await put(node, ...steps))).toEqual(['changed: not installed: made-up']);
    expect(node.read('/srv/calls')).toBe(
      'apt-get -q -y update\napt-get -q -y install --no-install-recommends tar made-up\n',
    );
  });

  test('tells other versions than the wished ones, from one question for all', async () => {
    await using node = await startLocalNode();
    fakeApt(node, 'calls');
    node.write('/srv/done', '');
    const looked = await look(
      node,
      { package: ['tar=1.34', 'made-up=1:1.0-1'] },
      { package: ['tar=1.35', 'made-up', 'gone=1', 'gone-too'] },
      { package: ['made-up=1:2.0-1'] },
    );
    expect(told(looked)).toEqual([
      'would-change: made-up 1:2.0-1 -> 1:1.0-1',
      'would-change: not installed: gone=1 gone-too; tar 1.34 -> 1.35',
      'ok',
    ]);
    expect(node.read('/srv/queries')).toBe('asked\n');
  });

  test('lets apt go back to a version, and fails when that is not what is there afterwards', async () => {
    await using node = await startLocalNode();
    fakeApt(node, 'calls');
    node.write('/var/lib/apt/lists/debian_Packages', '');
    expect(told(await put(node, { package: ['made-up=1:2.0-1', 'tar'] }))).toEqual([
      'changed: not installed: made-up=1:2.0-1',
    ]);
    expect(told(await put(node, { package: ['tar', 'made-up=1.0'] }))).toEqual([
      'failed: apt-get is content, but it is still: made-up 1:2.0-1 -> 1.0',
    ]);
    const install = 'apt-get -q -y install --no-install-recommends --allow-downgrades';
    expect(node.read('/srv/calls')).toBe(
      `${install} made-up=1:2.0-1 tar\n${install} tar made-up=1.0\n`,
    );
  });

  test('leaves fresh lists alone', async () => {
    await using node = await startLocalNode();
    fakeApt(node, 'calls');
    node.write('/var/lib/apt/lists/debian_Packages', '');
    expect(told(await put(node, { package: { names: ['made-up'], recommends: true } }))).toEqual([
      'changed: not installed: made-up',
    ]);
    expect(node.read('/srv/calls')).toBe('apt-get -q -y install made-up\n');
  });

  test('fetches lists again when they are old', async () => {
    await using node = await startLocalNode();
    fakeApt(node, 'update');
    node.write('/var/lib/apt/lists/debian_Packages', '');
    await node.sh('touch -d "2 days ago" /var/lib/apt/lists');
    await put(node, ...steps);
    expect(node.read('/srv/calls')).toMatch(/^apt-get -q -y update\n/);
  });

  describe('of another suite', () => {
    const wanted = { package: { names: ['tar', 'made-up'], suite: 'bullseye' } };
    const list = 'mirror_dists_bullseye_main_binary-amd64_Packages';
    const added = 'the pin of bullseye is not there; the source of bullseye is not there';
    /** What apt knows of a source; its lists have `origin` as origin and label. */
    const target = (entry: string, release: string, origin: string, uri = 'http://mirror') =>
      `${entry}|${release}|${release}|${uri}|${origin}|${origin}\n`;
    const debian = target('/etc/apt/sources.list:3', 'bookworm', 'Debian');

    async function nodeWith(targets: string, entry: string): Promise<LocalNode> {
      const node = await startLocalNode();
      fakeApt(node, 'update');
      node.write('/srv/targets', targets);
      node.write('/srv/on-update', `mkdir -p /var/lib/apt/lists; touch /var/lib/apt/lists/${list}`);
      node.write('/etc/apt/sources.list', `# first\n\n${entry}\n`);
      return node;
    }

    test('comes by the pin and a source like the node’s own for Debian', async () => {
      const others =
        target('/etc/apt/sources.list.d/a.list:1', 'bookworm', 'Somebody') +
        target('/etc/apt/sources.list:1', 'bookworm', 'Debian', 'cdrom:[Debian]/') +
        target('/etc/apt/sources.list:2', 'bookworm-backports', 'Debian Backports');
      await using node = await nodeWith(
        others + debian,
        'deb [ trusted=yes arch=amd64 ] http://mirror/debian bookworm main contrib # ours',
      );
      const detail = `not installed: made-up; ${added}`;
      expect(told(await look(node, wanted))).toEqual([`would-change: ${detail}`]);
      expect(told(await put(node, wanted))).toEqual([`changed: ${detail}`]);
      expect(node.read('/etc/apt/sources.list.d/deployer-bullseye.list')).toBe(
        'deb [ trusted=yes arch=amd64 ] http://mirror/debian bullseye main\n',
      );
      expect(node.read('/etc/apt/preferences.d/deployer-bullseye')).toBe(
        'Package: *\nPin: release o=Debian*,n=bullseye\nPin-Priority: 50\n',
      );
      expect(node.read('/srv/calls')).toContain(
        'install --no-install-recommends tar made-up/bullseye\n',
      );
      expect(told(await look(node, wanted))).toEqual(['ok']);
    });

    test('keeps what a deb822 entry says besides', async () => {
      const file = '/etc/apt/sources.list.d/debian.sources';
      await using node = await nodeWith(target(`${file}:2`, 'bookworm', 'Debian'), '');
      node.write(
        file,
        `# Debian\n\nTypes: deb\nURIs: http://other\nSuites: x\n\nTypes: deb deb-src\nURIs: http://mirror/debian
# of us\nsuites: bookworm\n bookworm-updates\nComponents: main contrib\nSigned-By:\n -----BEGIN\n .\n QQ==\n`,
      );
      await put(node, wanted);
      expect(node.read('/etc/apt/sources.list.d/deployer-bullseye.sources')).toBe(
        'Types: deb\nSuites: bullseye\nComponents: main\nURIs: http://mirror/debian\nSigned-By:\n -----BEGIN\n .\n QQ==\n',
      );
    });

    test('adds nothing where somebody else has added the suite', async () => {
      const other = target('/etc/apt/sources.list.d/mine.list:1', 'bullseye', 'Debian');
      await using node = await nodeWith(other + debian, 'deb http://mirror/debian bookworm main');
      node.write(`/var/lib/apt/lists/${list}`, '');
      expect(told(await look(node, wanted))).toEqual(['would-change: not installed: made-up']);
      await node.sh('touch /srv/update');
      expect(told(await put(node, wanted))).toEqual(['changed: not installed: made-up']);
      expect(node.read('/srv/calls')).toContain(' tar made-up/bullseye\n');
      expect(await node.sh('ls /etc/apt/*/deployer-*')).toBe('');
    });

    test('tells of a source that differs, and puts it back without asking for packages', async () => {
      await using node = await nodeWith(debian, 'deb http://mirror/debian bookworm main');
      await put(node, wanted);
      node.write('/etc/apt/sources.list', '# first\n\ndeb http://new/debian bookworm main\n');
      const drift = 'the source of bullseye differs';
      expect(told(await look(node, wanted))).toEqual([`would-change: ${drift}`]);
      node.write('/srv/calls', '');
      expect(told(await put(node, wanted))).toEqual([`changed: ${drift}`]);
      expect(node.read('/srv/calls')).not.toContain('install');
      expect(told(await look(node, wanted))).toEqual(['ok']);
    });

    test('fails with apt’s words, and leaves no source that apt cannot use', async () => {
      await using node = await nodeWith(debian, 'deb http://mirror/debian bookworm main');
      node.write('/srv/on-update', 'echo "E: not signed"; exit 100');
      expect(told(await put(node, wanted))[0]).toMatch(
        /^failed: apt-get update failed:\n.*not signed$/s,
      );
      expect(await node.sh('ls /etc/apt/*/deployer-*')).toBe('');
    });

    test('fails where no source of the node is Debian’s own', async () => {
      await using node = await nodeWith('', 'deb http://mirror/debian bookworm main');
      expect(told(await put(node, wanted))[0]).toMatch(/^failed: no source of apt's is Debian's/);
    });
  });

  test('cures an interrupted dpkg and stale lists once, and then gives up with the last words', async () => {
    await using node = await startLocalNode();
    fakeApt(node, 'configured');
    expect(told(await put(node, ...steps))).toEqual(['changed: not installed: made-up']);
    expect(node.read('/srv/calls')).toContain('dpkg --configure -a');

    await using hopeless = await startLocalNode();
    fakeApt(hopeless, 'nothing');
    expect(told(await put(hopeless, ...steps))).toEqual([
      'failed: apt-get install failed:\nE: not like this',
    ]);
  });
});
