import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { describe, expect, test, vi } from 'vitest';
import { type ArtifactStep, placeOf } from '../../../src/node/steps/artifact.ts';
import { type RawEntry, rawTar, rawTarGz, rawZip } from '../artifacts/support/raw-archives.ts';
import { look, put, told } from './fixtures.ts';
import { canRunLocalNode, type LocalNode, startLocalNode } from './local-node.ts';

vi.setConfig({ testTimeout: 30_000 });

interface Sample {
  readonly artifact: ArtifactStep;
  readonly contents: ReadonlyMap<string, Buffer>;
}

/** An artifact of these files, by where they come to lie. */
function sample(
  files: Readonly<Record<string, string | Buffer>>,
  more: Partial<ArtifactStep> = {},
): Sample {
  const contents = new Map<string, Buffer>();
  const placed = Object.entries(files).map(([as, text]) => {
    const digest = `sha256:${createHash('sha256').update(text).digest('hex')}`;
    contents.set(digest, Buffer.from(text));
    return { digest, as };
  });
  const id = createHash('sha256')
    .update(JSON.stringify([placed, more]))
    .digest('hex');
  const base = { name: 'thing', version: '1.0', source: 'it', folder: '/srv/thing' };
  return { artifact: { ...base, id, files: placed, ...more }, contents };
}

/** What a delivery leaves on a node. */
function deliverTo(node: LocalNode, { artifact, contents }: Sample): void {
  const folder = `/var/lib/deployer/artifacts/${artifact.id}`;
  for (const [digest, content] of contents) node.write(`${folder}/${digest}`, content);
  node.write(`${folder}/verified`, [...contents.keys()].map((digest) => `${digest}\n`).join(''));
}

async function install(node: LocalNode, each: Sample): Promise<string[]> {
  deliverTo(node, each);
  return told(await put(node, { artifact: each.artifact }));
}

const nameOf = ({ artifact }: Sample) => placeOf(artifact).slice('/srv/thing/'.length);
const folders = (node: LocalNode) => node.sh('cd /srv/thing; ls -A; readlink current');
const jars = { 'lib/a.jar': 'a'.repeat(5000), 'lib/b.jar': 'b'.repeat(5000), LICENSE: 'free' };

describe.skipIf(!canRunLocalNode).each(['dash', 'bash'] as const)(
  'an artifact step (%s)',
  (shell) => {
    test('puts files into a folder of their version, with a link to it, and finds them afterwards', async () => {
      await using node = await startLocalNode({ shell });
      const thing = sample(jars);
      const step = { artifact: thing.artifact };
      expect(told(await look(node, step))).toEqual(['would-change: not there']);
      expect(await install(node, thing)).toEqual(['changed: not there']);
      expect(told(await look(node, step))).toEqual(['ok']);
      expect(told(await put(node, step))).toEqual(['ok']);
      expect(await folders(node)).toBe(`${nameOf(thing)}\ncurrent\n${nameOf(thing)}\n`);
      expect(node.read('/srv/thing/current/lib/b.jar')).toBe('b'.repeat(5000));
      expect(
        await node.sh('stat -c "%A %U %h" /srv/thing/current/lib /srv/thing/current/lib/a.jar'),
      ).toMatch(/^drwxr-xr-x root \d+\n-rw-r--r-- root 1\n$/);
      expect(await node.sh('ls -A /var/lib/deployer/artifacts')).toBe('');
    });

    test('fails clearly when its content was not delivered, and leaves nothing behind', async () => {
      await using node = await startLocalNode({ shell });
      const { artifact } = sample({ 'lib/a.jar': 'a' });
      const digest = artifact.files[0]?.digest;
      expect(told(await put(node, { artifact }))).toEqual([
        `failed: its content was not delivered: lib/a.jar (${digest}) is not on this node`,
      ]);
      expect(await node.sh('ls -A /srv/thing')).toBe('');
    });

    test('keeps the version before, removes older ones, and goes back to it without content', async () => {
      await using node = await startLocalNode({ shell });
      const [one, two, three] = ['1.0', '2.0', '3.0'].map((version) =>
        sample(jars, { version }),
      ) as [Sample, Sample, Sample];
      await install(node, one);
      node.write('/srv/thing/notes-of-somebody', 'mine');
      await node.sh('mkdir /srv/thing/own-0123456789ab');
      expect(await install(node, two)).toEqual([`changed: ${nameOf(one)} -> ${nameOf(two)}`]);
      await install(node, three);
      const list = [nameOf(two), nameOf(three), 'current', 'notes-of-somebody', 'own-0123456789ab'];
      expect(await folders(node)).toBe([...list, nameOf(three), ''].join('\n'));
      expect(told(await put(node, { artifact: two.artifact }))).toEqual([
        `changed: ${nameOf(three)} -> ${nameOf(two)}`,
      ]);
      expect(await folders(node)).toBe([...list, nameOf(two), ''].join('\n'));
    });

    test('sees what is damaged, and builds the folder anew', async () => {
      await using node = await startLocalNode({ shell });
      const thing = sample(jars);
      const step = { artifact: thing.artifact };
      await install(node, thing);
      for (const [damage, flaw] of [
        ['rm lib/a.jar', 'lib/a.jar'],
        ['truncate -s 10 lib/b.jar', 'lib/b.jar'],
        [': >.deployer-artifact', 'it has no marker'],
        ['rm -r "$PWD"', 'not there'],
      ]) {
        await node.sh(`cd /srv/thing/current/ && cd "$(pwd -P)" && ${damage}`);
        expect(told(await look(node, step))).toEqual([`would-change: damaged: ${flaw}`]);
        expect(await install(node, thing)).toEqual([`changed: damaged: ${flaw}`]);
        expect(told(await look(node, step))).toEqual(['ok']);
        expect(node.read('/srv/thing/current/lib/a.jar')).toBe(jars['lib/a.jar']);
        expect(await folders(node)).toBe(`${nameOf(thing)}\ncurrent\n${nameOf(thing)}\n`);
      }
    });

    test('does not mind what others have put beside its files, nor what a killed try has left', async () => {
      await using node = await startLocalNode({ shell });
      const thing = sample(jars);
      node.write('/srv/thing/.new/lib/half.jar', 'half');
      node.write('/srv/thing/.link', 'x');
      await install(node, thing);
      node.write('/srv/thing/current/lib/extra.jar', 'more');
      expect(told(await look(node, { artifact: thing.artifact }))).toEqual(['ok']);
      expect(await node.sh('ls -A /srv/thing/current/lib')).toBe('a.jar\nb.jar\nextra.jar\n');
    });

    test('takes away what was delivered long ago and never used', async () => {
      await using node = await startLocalNode({ shell });
      const folder = '/var/lib/deployer/artifacts';
      await node.sh(`mkdir -p ${folder}/old ${folder}/new; touch -d '8 days ago' ${folder}/old`);
      await install(node, sample(jars));
      // It goes after the answer, in the background.
      await node.sh(`for i in $(seq 100); do [ -d ${folder}/old ] || break; sleep 0.05; done`);
      expect(await node.sh(`ls ${folder}`)).toBe('new\n');
    });

    test('makes a program of a file that is one', async () => {
      await using node = await startLocalNode({ shell });
      const { artifact, contents } = sample({ 'bin/tool': '#!/bin/sh\necho hi\n' });
      const files = artifact.files.map((each) => ({ ...each, executable: true }));
      await install(node, { artifact: { ...artifact, files }, contents });
      expect(await node.sh('/srv/thing/current/bin/tool')).toBe('hi\n');
    });

    test('does not take a folder of somebody else for its link', async () => {
      await using node = await startLocalNode({ shell });
      node.write('/srv/thing/current/precious', 'mine');
      const [answer] = await install(node, sample(jars));
      expect(answer).toMatch(/^failed: exit code 1: mv .*directory/s);
      expect(node.read('/srv/thing/current/precious')).toBe('mine');
    });
  },
);

const entries: readonly RawEntry[] = [
  { name: 'thing-1.0/', type: '5' },
  { name: 'thing-1.0/bin/', type: '5', mode: 0o700 },
  { name: 'thing-1.0/bin/tool', content: '#!/bin/sh\necho hi\n', mode: 0o4755 },
  { name: 'thing-1.0/bin/alias', type: '2', target: 'tool' },
  { name: 'thing-1.0/conf', content: 'x=1\n', mode: 0o600 },
];

describe.skipIf(!canRunLocalNode)('an artifact step with an archive', () => {
  const xz = (all: readonly RawEntry[]) => execFileSync('xz', ['-c'], { input: rawTar(all) });
  const zip = (all: readonly RawEntry[]) => rawZip(all.filter(({ type }) => type !== '5'));
  const has = (program: string) => spawnSync(program, ['--help']).error === undefined;
  const packers = (
    [
      ['tar.gz', rawTarGz, 'gzip'],
      ['tar.xz', xz, 'xz'],
      ['zip', zip, 'unzip'],
    ] as const
  ).filter(([, , program]) => has(program));

  test.each(packers)(
    'unpacks %s, readable for all and with root’s powers for none',
    async (format, pack) => {
      await using node = await startLocalNode();
      const thing = sample({ archive: pack(entries) }, { unpack: { format, strip: 1 } });
      expect(await install(node, thing)).toEqual(['changed: not there']);
      expect(told(await look(node, { artifact: thing.artifact }))).toEqual(['ok']);
      const list = 'find . ! -name .deployer-artifact -printf "%P %y %m %u\n" | sort';
      expect(await node.sh(`cd /srv/thing/current/; ${list}; bin/alias`)).toBe(
        ' d 755 root\nbin d 755 root\nbin/alias l 777 root\nbin/tool f 755 root\nconf f 644 root\nhi\n',
      );
    },
  );

  test('refuses one that leaves its folder, though it got as far as the node', async () => {
    await using node = await startLocalNode();
    const wicked: readonly (readonly [RawEntry, RegExp])[] = [
      [{ name: 'thing-1.0/../../../evil', content: 'x' }, /contains '\.\.'/],
      [{ name: 'thing-1.0/x', type: '2', target: '/etc' }, /leaves its folder: x/],
      [{ name: 'thing-1.0/x', type: '2', target: '../../y' }, /leaves its folder: x/],
      [{ name: 'thing-1.0/p', type: '6' }, /no file, folder or link: p/],
    ];
    for (const [entry, reason] of wicked) {
      const archive = rawTarGz([...entries, entry]);
      const thing = sample({ archive }, { unpack: { format: 'tar.gz', strip: 1 } });
      const [answer] = await install(node, thing);
      expect(answer).toMatch(/^failed/);
      expect(answer).toMatch(reason);
      expect(await node.sh('ls -A /srv/thing; ls -d /evil /srv/evil 2>/dev/null')).toBe('');
    }
  });

  test('keeps what is absolute in its folder', async () => {
    await using node = await startLocalNode();
    const archive = rawTarGz([...entries, { name: '/srv/thing/evil', content: 'x' }]);
    await install(node, sample({ archive }, { unpack: { format: 'tar.gz', strip: 1 } }));
    expect(await node.sh('ls /srv/thing/evil; cat /srv/thing/current/thing/evil')).toBe('x');
  });

  test('fails with tar’s words when it is cut short, and leaves nothing behind', async () => {
    await using node = await startLocalNode();
    const archive = rawTarGz(entries).subarray(0, 150);
    const thing = sample({ archive }, { unpack: { format: 'tar.gz', strip: 1 } });
    expect((await install(node, thing))[0]).toMatch(
      /^failed: exit code 2: tar .*unexpected end of file/s,
    );
    expect(await node.sh('ls -A /srv/thing')).toBe('');
  });

  test.skipIf(!has('unzip'))(
    'makes one of the folders of a zip that come to one name',
    async () => {
      await using node = await startLocalNode();
      const two: readonly RawEntry[] = [
        { name: 'one/lib/a.jar', content: 'a' },
        { name: 'other/lib/b.jar', content: 'b' },
      ];
      const unpack = { format: 'zip', strip: 1 } as const;
      expect(await install(node, sample({ archive: zip(two) }, { unpack }))).toEqual([
        'changed: not there',
      ]);
      expect(await node.sh('cd /srv/thing/current/lib; cat a.jar b.jar')).toBe('ab');
      const clash = zip([...two, { name: 'third/lib/b.jar', content: 'c' }]);
      const thing = sample({ archive: clash }, { unpack, version: '2.0' });
      expect(await install(node, thing)).toEqual([
        'failed: two files of the archive would become lib/b.jar: is "strip" too large?',
      ]);
      expect(node.read('/srv/thing/current/lib/b.jar')).toBe('b');
    },
  );

  test('says so when strip leaves nothing', async () => {
    await using node = await startLocalNode();
    const thing = sample(
      { archive: rawTarGz(entries) },
      { unpack: { format: 'tar.gz', strip: 3 } },
    );
    expect(await install(node, thing)).toEqual([
      'failed: nothing is left of the archive: is "strip" too large?',
    ]);
  });

  test.skipIf(!has('unzip'))(
    'installs the program that unpacks it where there is none',
    async () => {
      await using node = await startLocalNode();
      await node.sh(
        'mv /usr/bin/unzip /srv/unzip; mkdir -p /var/lib/apt/lists; : >/var/lib/apt/lists/x_Packages',
      );
      node.replace(
        '/usr/bin/apt-get',
        '#!/bin/sh\necho "$*" >>/srv/calls\nfor last; do :; done; cp "/srv/$last" /usr/bin/',
      );
      const thing = sample({ archive: zip(entries) }, { unpack: { format: 'zip', strip: 1 } });
      expect(await install(node, thing)).toEqual(['changed: not there']);
      expect(node.read('/srv/calls')).toMatch(/install --no-install-recommends unzip\n$/);
    },
  );
});
