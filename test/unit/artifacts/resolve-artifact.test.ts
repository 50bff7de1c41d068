import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { type Artifact, ArtifactSchema } from '../../../src/artifacts/artifact.ts';
import type { Http } from '../../../src/artifacts/http.ts';
import { resolveArtifact } from '../../../src/artifacts/resolve-artifact.ts';
import { compileStep } from '../../../src/node/step-kinds.ts';
import { temporaryFolders } from '../../support/temporary-folder.ts';
import { depsIn } from './support/deps.ts';
import { file, startFileServer } from './support/file-server.ts';
import { rawTarGz } from './support/raw-archives.ts';
import { digestOf } from './support/sample-artifact.ts';

const newFolder = temporaryFolders();
let folder: string;
beforeEach(() => {
  folder = newFolder();
});

/** No network at all. */
const offline: Http = { get: () => Promise.reject(new Error('there is no network')) };
const archive = rawTarGz([{ name: 'thing-1.0/bin/thing', content: 'x', mode: 0o755 }]);
const sha256 = digestOf(archive).slice(7);
const from = (sources: unknown, more: object = {}): Artifact =>
  ArtifactSchema.parse({ name: 'thing', version: '1.0', sources, ...more });
const stepOf = async (artifact: Artifact, http = offline) => {
  const { step } = await resolveArtifact(artifact, depsIn(folder, { http }));
  if (!('artifact' in step)) throw new Error('no artifact');
  return step.artifact;
};

describe('an artifact at an address', () => {
  test('with its checksum in the recipe is settled without a network', async () => {
    const url = 'https://files.example/thing-1.0.tar.gz';
    const step = await stepOf(from({ it: { url, checksum: { sha256 }, unpack: { strip: 1 } } }));
    expect(step).toMatchObject({
      source: 'it',
      folder: '/opt/thing',
      files: [{ digest: `sha256:${sha256}`, as: 'archive' }],
      unpack: { format: 'tar.gz', strip: 1 },
    });
    expect(() => compileStep({ artifact: step })).not.toThrow();
  });

  test('is the same one from wherever it comes, and another one when it is put down otherwise', async () => {
    const places = [
      { url: 'https://a.example/thing-1.0.tgz', checksum: { sha256 }, unpack: {} },
      {
        url: 'https://b.example/thing-1.0.tgz',
        checksum: { sha256: sha256.toUpperCase() },
        unpack: {},
      },
    ];
    const one = await stepOf(from({ it: places }));
    const other = await stepOf(
      from({ mine: { file: 'x.tar.gz', checksum: { sha256 }, unpack: {} } }),
    );
    const stripped = await stepOf(from({ it: { ...places[0], unpack: { strip: 1 } } }));
    const plain = await stepOf(from({ it: { ...places[0], unpack: undefined } }));
    expect(one.id).toBe(other.id);
    expect(new Set([one.id, stripped.id, plain.id]).size).toBe(3);
  });

  test('takes a publisher’s word for its checksum, and needs nobody once all is in the cache', async () => {
    const artifact = await (async () => {
      await using server = await startFileServer();
      server.serve('/thing-1.0.tar.gz', file(archive));
      server.serve('/thing-1.0.tar.gz.sha512', file(`${digestOf(archive, 'sha512').slice(7)}\n`));
      const url = `${server.url}/thing-1.0.tar.gz`;
      const made = from({ it: { url, checksum: { url: `${url}.sha512` }, unpack: { strip: 1 } } });
      const { deliverable } = await resolveArtifact(made, depsIn(folder));
      expect(server.asked).toEqual(['GET /thing-1.0.tar.gz.sha512']);
      expect((await deliverable?.content())?.unpackedBytes).toBeGreaterThan(0);
      return made;
    })();
    const { deliverable } = await resolveArtifact(artifact, depsIn(folder, { http: offline }));
    expect((await deliverable?.content())?.files).toMatchObject([
      { digest: digestOf(archive, 'sha512'), size: archive.length },
    ]);
  });

  test('that its publisher has replaced says so, and is taken the next time; one that is just wrong never is', async () => {
    await using server = await startFileServer();
    const url = `${server.url}/thing`;
    const publish = (content: string, summed = content) => {
      server.serve('/thing', file(content));
      server.serve('/thing.sha256', file(digestOf(summed).slice(7)));
    };
    const artifact = from({ it: { url, checksum: { url: `${url}.sha256` } } });
    const bring = async () => {
      const { deliverable } = await resolveArtifact(artifact, depsIn(folder));
      return deliverable?.content();
    };
    publish('wrong', 'first');
    await expect(bring()).rejects.toMatchObject({ code: 'checksum-mismatch' });
    publish('second');
    await expect(bring()).rejects.toMatchObject({
      code: 'checksum-changed',
      excerpt: `before ${digestOf('first')}\nnow    ${digestOf('second')}`,
    });
    expect(await bring()).toMatchObject({ files: [{ digest: digestOf('second') }] });
  });

  test('that is damaged in the cache is fetched again, with a word', async () => {
    await using server = await startFileServer();
    server.serve('/thing', file('content'));
    const checksum = { sha256: digestOf('content').slice(7) };
    const artifact = from({ it: { url: `${server.url}/thing`, checksum } });
    const first = await (await resolveArtifact(artifact, depsIn(folder))).deliverable?.content();
    writeFileSync(first?.files[0]?.path ?? '', 'damaged');
    const deps = depsIn(folder);
    const again = await (await resolveArtifact(artifact, deps)).deliverable?.content();
    expect(again).toEqual(first);
    expect(deps.damaged).toEqual([first?.files[0]?.path]);
    expect(server.asked).toEqual(['GET /thing', 'GET /thing']);
  });

  test('is fetched once however many ask', async () => {
    await using server = await startFileServer();
    server.serve('/thing', file('content'));
    const checksum = { sha256: digestOf('content').slice(7) };
    const artifact = from({ it: { url: `${server.url}/thing`, checksum } });
    const { deliverable } = await resolveArtifact(artifact, depsIn(folder));
    await Promise.all([1, 2, 3].map(() => deliverable?.content()));
    expect(server.asked).toEqual(['GET /thing']);
  });

  test('that is an unsafe archive is never handed on', async () => {
    await using server = await startFileServer();
    const evil = rawTarGz([{ name: '../evil', content: 'x' }]);
    server.serve('/x.tar.gz', file(evil));
    const checksum = { sha256: digestOf(evil).slice(7) };
    const artifact = from({ it: { url: `${server.url}/x.tar.gz`, checksum, unpack: {} } });
    const { deliverable } = await resolveArtifact(artifact, depsIn(folder));
    await expect(deliverable?.content()).rejects.toMatchObject({ code: 'unsafe-archive' });
  });

  test.each([
    ['https://files.example/thing', { unpack: {} }, 'unknown-format'],
    ['https://files.example/', {}, 'no-file-name'],
    ['https://files.example/a%20thing', {}, 'no-file-name'],
    ['https://files.example/thing%20', {}, 'no-file-name'],
    ['https://files.example/lib%2Fthing', {}, 'no-file-name'],
    ['https://files.example/thing%zz', {}, 'no-file-name'],
    ['https://files.example/thing%zz', { unpack: {} }, 'unknown-format'],
  ])('%s with %j is refused with what to write', async (url, more, code) => {
    const artifact = from({ it: { url, checksum: { sha256 }, ...more } });
    await expect(stepOf(artifact)).rejects.toMatchObject({ code });
  });
});

describe('an artifact that is a file of the user’s own', () => {
  const checksum = { sha256: digestOf('content').slice(7) };
  const artifact = from({ mine: { file: 'own/tool', checksum, as: 'bin/tool', executable: true } });

  test('lies beside config.yml, and is kept in the cache', async () => {
    const own = depsIn(folder, {
      http: offline,
      folders: { templates: '', config: join(folder, 'own') },
    });
    const { deliverable } = await resolveArtifact(
      from({ mine: { file: '../tool', checksum, as: 'bin/tool', executable: true } }),
      own,
    );
    writeFileSync(join(folder, 'tool'), 'content');
    const content = await deliverable?.content();
    expect(content).toMatchObject({ files: [{ size: 7 }], unpackedBytes: 0 });
    expect(deliverable?.step.files).toMatchObject([{ as: 'bin/tool', executable: true }]);
  });

  test('is an error when it is not there, or is something else', async () => {
    const { deliverable } = await resolveArtifact(artifact, depsIn(folder));
    await expect(deliverable?.content()).rejects.toMatchObject({
      code: 'no-file',
      message: `there is no file ${join(folder, 'own/tool')}`,
    });
    const wrong = from({ mine: { file: 'tool', checksum } });
    writeFileSync(join(folder, 'tool'), 'other');
    const other = await resolveArtifact(wrong, depsIn(folder));
    await expect(other.deliverable?.content()).rejects.toMatchObject({ code: 'checksum-mismatch' });
  });
});

test('a file of the user’s own that is a folder is told as such, and not as a cache that cannot be written', async () => {
  mkdirSync(join(folder, 'tool'));
  const artifact = from({ mine: { file: 'tool', checksum: { sha256 } } });
  const { deliverable } = await resolveArtifact(artifact, depsIn(folder));
  await expect(deliverable?.content()).rejects.toMatchObject({
    code: 'unreadable-file',
    message: `cannot read the file ${join(folder, 'tool')}`,
    excerpt: expect.stringContaining('EISDIR'),
  });
});

test('an artifact that is a Debian package becomes the step for packages', async () => {
  const artifact = from({ debian: { package: { names: ['consul'], suite: 'bullseye' } } });
  const resolved = await resolveArtifact(artifact, depsIn(folder));
  expect(resolved).toEqual({
    step: { package: { names: ['consul'], suite: 'bullseye' } },
    deliverable: null,
  });
});

test('the first source is the one unless another is named', async () => {
  const sources = {
    debian: { package: ['consul'] },
    own: { file: 'x', checksum: { sha256 } },
  };
  const deps = depsIn(folder);
  expect((await resolveArtifact(from(sources), deps)).step).toHaveProperty('package');
  expect((await resolveArtifact(from(sources, { source: 'own' }), deps)).step).toMatchObject({
    artifact: { source: 'own' },
  });
});

describe('the form of an artifact', () => {
  const url = 'https://files.example/x.tar.gz';
  test.each<[string, object, RegExp]>([
    ['no source', {}, /at least one source/],
    ['no checksum', { it: { url } }, /checksum/],
    ['an unknown kind of source', { it: { ftp: 'x' } }, /Invalid input/],
    [
      'a checksum of the wrong length',
      { it: { url, checksum: { sha256: 'ab' } } },
      /64 hex digits/,
    ],
    [
      'an address of another kind',
      { it: { url: 'ftp://x/y', checksum: { sha256 } } },
      /address like/,
    ],
    ['a lock file elsewhere', { it: { maven: { lock: '../x.lock' } } }, /name of a file/],
    [
      'a place outside of the folder',
      { it: { maven: { lock: 'x.lock', into: '../x' } } },
      /relative path/,
    ],
    [
      'a publisher for a file of one’s own',
      { it: { file: 'x', checksum: { url } } },
      /has no publisher/,
    ],
    [
      'a name for an archive',
      { it: { url, checksum: { sha256 }, unpack: {}, as: 'x' } },
      /brings its own/,
    ],
    [
      'places of different files',
      {
        it: [
          { url, checksum: { sha256 } },
          { url, checksum: { sha256: 'a'.repeat(64) } },
        ],
      },
      /places of one file, but their sha256 differ/,
    ],
    [
      'places of one file that are unpacked differently',
      {
        it: [
          { url, checksum: { sha256 }, unpack: {} },
          { url, checksum: { sha256 } },
        ],
      },
      /the same unpack/,
    ],
  ])('with %s is refused', (_, sources, reason) => {
    const { error } = ArtifactSchema.safeParse({ name: 'thing', version: '1.0', sources });
    expect(JSON.stringify(error?.issues)).toMatch(reason);
  });

  test('names the sources there are when another one is asked for', () => {
    const sources = { own: { file: 'x', checksum: { sha256 } } };
    const { error } = ArtifactSchema.safeParse({
      name: 'x',
      version: '1',
      source: 'publisher',
      sources,
    });
    expect(error?.issues[0]).toMatchObject({
      path: ['source'],
      message: 'expected one of the sources: own',
    });
  });

  test.each(['', '../1.0', '1.0/..', 'a b', '.new', 'v'.repeat(65)])(
    'refuses the version "%s", which becomes part of a folder’s name',
    (version) => {
      const sources = { own: { file: 'x', checksum: { sha256 } } };
      expect(ArtifactSchema.safeParse({ name: 'x', version, sources }).success).toBe(false);
    },
  );
});
