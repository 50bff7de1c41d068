import {
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { openCache } from '../../../src/artifacts/cache.ts';
import { ownName } from '../../../src/artifacts/owner.ts';
import { temporaryFolders } from '../../support/temporary-folder.ts';
import { digestOf } from './support/sample-artifact.ts';

const newFolder = temporaryFolders();
let folder: string;
let damaged: string[];
beforeEach(() => {
  folder = join(newFolder(), 'cache');
  damaged = [];
});

const open = () => openCache(folder, (file) => damaged.push(file));

async function put(content: string, digest = digestOf(content), cache = open()) {
  const file = join(await cache.workFolder(), 'file');
  writeFileSync(file, content);
  return cache.adopt(file, digest, 'a test');
}

describe.each(['sha256', 'sha512'])('a file in the cache, by its %s', (algorithm) => {
  const digest = digestOf('content', algorithm);

  test('is found by what it hashes to, also by another process', async () => {
    expect(await open().find(digest)).toBeNull();
    const { path } = await put('content', digest);
    expect(readFileSync(path, 'utf8')).toBe('content');
    expect(await open().find(digest)).toEqual({ digest, size: 7, path });
    expect(damaged).toEqual([]);
  });

  test.each([
    ['shorter', (path: string) => truncateSync(path, 3)],
    ['changed', (path: string) => writeFileSync(path, 'CONTENT')],
  ])('is no more found when it became %s, and is removed with a word', async (_, spoil) => {
    const { path } = await put('content', digest);
    spoil(path);
    expect(await open().find(digest)).toBeNull();
    expect(damaged).toEqual([path]);
    await put('content', digest);
    expect(await open().find(digest)).toMatchObject({ size: 7 });
  });

  test('is hashed once however often it is asked for', async () => {
    const { path } = await put('content', digest);
    const cache = open();
    await cache.find(digest);
    writeFileSync(path, 'CONTENT');
    expect(await cache.find(digest)).toMatchObject({ digest });
  });

  test('is never taken in when it is something else: both sums are named, and nothing stays', async () => {
    const other = digestOf('other', algorithm);
    await expect(put('content', other)).rejects.toMatchObject({
      code: 'checksum-mismatch',
      excerpt: `expected ${other.replace(':', ' ')}\nfound    ${digest.replace(':', ' ')}`,
    });
    expect(await open().find(other)).toBeNull();
    expect(await open().find(digest)).toBeNull();
  });
});

test('two processes that bring the same file at once are harmless to each other', async () => {
  const all = await Promise.all([put('content'), put('content'), put('content')]);
  expect(new Set(all.map(({ path }) => readFileSync(path, 'utf8')))).toEqual(new Set(['content']));
});

test('a short text is kept under its key', async () => {
  await open().remember('https://example.org/x.sha256 x', 'sha256:1');
  await open().remember('https://example.org/x.sha256 x', 'sha256:2');
  expect(await open().recall('https://example.org/x.sha256 x')).toBe('sha256:2');
  expect(await open().recall('https://example.org/y.sha256 x')).toBeNull();
});

test('what a killed process had under way is removed, and what a living one has is not', async () => {
  const living = await open().workFolder();
  mkdirSync(join(folder, 'work', ownName().replace(/^\d+/, '999999999')));
  const next = await open().workFolder();
  expect(
    readdirSync(join(folder, 'work'))
      .map((name) => join(folder, 'work', name))
      .sort(),
  ).toEqual([living, next].sort());
});

test('what a process elsewhere has under way is left alone for days, whatever runs here', async () => {
  const [young, old] = ['0123456789ab', 'ba9876543210'].map((host) =>
    join(folder, 'work', `999999999-${host}-x`),
  );
  for (const each of [young, old]) mkdirSync(each ?? '', { recursive: true });
  const lastWeek = Date.now() / 1000 - 7 * 24 * 3600;
  utimesSync(old ?? '', lastWeek, lastWeek);
  await open().workFolder();
  const left = readdirSync(join(folder, 'work')).map((name) => join(folder, 'work', name));
  expect(left).toContain(young);
  expect(left).not.toContain(old);
});

test('a cache that cannot be written says so, and what to do', async () => {
  rmSync(folder, { recursive: true, force: true });
  writeFileSync(folder, 'a file in its place');
  await expect(put('content')).rejects.toMatchObject({
    code: 'cache-unwritable',
    hint: expect.stringContaining('DEPLOYER_CACHE'),
  });
});
