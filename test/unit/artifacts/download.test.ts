import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { download } from '../../../src/artifacts/download.ts';
import { openHttp } from '../../../src/artifacts/http.ts';
import { ownName } from '../../../src/artifacts/owner.ts';
import { temporaryFolders } from '../../support/temporary-folder.ts';
import { depsIn, type TestDeps } from './support/deps.ts';
import { cutAfter, file, startFileServer } from './support/file-server.ts';
import { digestOf } from './support/sample-artifact.ts';

const newFolder = temporaryFolders();
const content = randomBytes(300_000);
const digest = digestOf(content);
let folder: string;
let deps: TestDeps;
beforeEach(() => {
  folder = newFolder();
  deps = depsIn(folder);
});

const heard: (readonly [number, number | undefined])[] = [];
const get = (urls: readonly string[], changes: Partial<TestDeps> = {}) => {
  heard.length = 0;
  const onBytes = (bytes: number, total: number | undefined) => heard.push([bytes, total]);
  return download({ name: 'thing', digest, urls, onBytes }, { ...deps, ...changes });
};

const nameOfTheDead = () => ownName().replace(/^\d+/, '999999999');

/** The beginning of the file, as a process that is gone left it behind. */
function leaveBehind(bytes: Buffer, origin: object): void {
  const partial = join(folder, 'cache/partial', `${digest.replace(':', '-')}.${nameOfTheDead()}`);
  mkdirSync(partial, { recursive: true });
  writeFileSync(join(partial, 'content'), bytes);
  writeFileSync(join(partial, 'origin.json'), JSON.stringify(origin));
}

describe('a download', () => {
  test('is in the cache, told as it comes, and leaves nothing else behind', async () => {
    await using server = await startFileServer();
    server.serve('/thing', file(content));
    const { path, size } = await get([`${server.url}/thing`]);
    expect(readFileSync(path).equals(content)).toBe(true);
    expect(size).toBe(content.length);
    expect(heard.at(-1)).toEqual([content.length, content.length]);
    expect(readdirSync(join(folder, 'cache/partial'))).toEqual([]);
    expect(server.asked).toEqual(['GET /thing']);
  });

  test('follows the publisher to another address', async () => {
    await using server = await startFileServer();
    server.serve('/new', file(content));
    server.serve('/thing', (_, response) => response.writeHead(302, { location: '/new' }).end());
    expect(await get([`${server.url}/thing`])).toMatchObject({ digest });
  });

  test('goes to the next place when one has it not, or is out of reach', async () => {
    await using server = await startFileServer();
    server.serve('/thing', file(content));
    const nowhere = 'http://127.0.0.1:1/thing';
    expect(await get([`${server.url}/old`, nowhere, `${server.url}/thing`])).toMatchObject({
      digest,
    });
  });

  test('that no place has names all of them with what each said', async () => {
    await using server = await startFileServer();
    server.serve('/busy', (_, response) => response.writeHead(503).end());
    await expect(get([`${server.url}/old`, `${server.url}/busy`])).rejects.toMatchObject({
      code: 'artifact-unavailable',
      message: 'thing cannot be had',
      excerpt: `${server.url}/old: HTTP status 404\n${server.url}/busy: HTTP status 503`,
    });
    expect(server.asked.filter((each) => each === 'GET /old')).toHaveLength(1);
    expect(server.asked.filter((each) => each === 'GET /busy').length).toBeGreaterThan(1);
  });

  test('of something else names both sums, and asks no other place', async () => {
    await using server = await startFileServer();
    const evil = Buffer.from('evil');
    server.serve('/thing', file(evil));
    server.serve('/other', file(content));
    await expect(get([`${server.url}/thing`, `${server.url}/other`])).rejects.toMatchObject({
      code: 'checksum-mismatch',
      excerpt: `expected ${digest.replace(':', ' ')}\nfound    ${digestOf(evil).replace(':', ' ')}`,
    });
    expect(server.asked).toEqual(['GET /thing']);
    expect(await deps.cache.find(digest)).toBeNull();
  });

  test('of a web page says so', async () => {
    await using server = await startFileServer();
    server.serve('/thing', file('\n<!DOCTYPE html>\n<title>Please log in</title>'));
    await expect(get([`${server.url}/thing`])).rejects.toMatchObject({
      code: 'page-instead-of-file',
      message: `${server.url}/thing gives a web page, not the file`,
      excerpt: expect.stringContaining('Please log in'),
    });
  });

  test('that is cut goes on where it stopped', async () => {
    await using server = await startFileServer();
    server.serve('/thing', cutAfter(100_000, content));
    expect(await get([`${server.url}/thing`])).toMatchObject({ digest });
    expect(server.asked.length).toBeGreaterThanOrEqual(3);
    const starts = server.asked.map((each) => Number(/bytes=(\d+)-$/.exec(each)?.[1] ?? 0));
    expect(starts).toEqual([...new Set(starts)].sort((a, b) => a - b));
  });

  test('that is cut begins anew where the server knows no ranges', async () => {
    await using server = await startFileServer();
    let requests = 0;
    server.serve('/thing', (_, response) => {
      requests += 1;
      response.writeHead(200, { 'content-length': content.length });
      if (requests > 1) response.end(content);
      else response.write(content.subarray(0, 1000), () => response.socket?.end());
    });
    expect(await get([`${server.url}/thing`])).toMatchObject({ digest });
    expect(server.asked).toEqual(['GET /thing', 'GET /thing bytes=1000-']);
  });

  test('that is always cut ends where the server knows no ranges, also when the cuts differ', async () => {
    await using server = await startFileServer();
    server.serve('/thing', (_, response) => {
      response.writeHead(200, { 'content-length': content.length });
      const length = 1000 + (server.asked.length % 2);
      response.write(content.subarray(0, length), () => response.socket?.end());
    });
    await expect(get([`${server.url}/thing`])).rejects.toMatchObject({
      code: 'artifact-unavailable',
    });
    expect(server.asked.length).toBeLessThan(10);
  });

  test('goes on with what a run that was killed has left', async () => {
    await using server = await startFileServer();
    server.serve('/thing', file(content));
    leaveBehind(content.subarray(0, 200_000), { url: `${server.url}/thing`, validator: '"1"' });
    expect(await get([`${server.url}/thing`])).toMatchObject({ digest });
    expect(server.asked).toEqual(['GET /thing bytes=200000-']);
  });

  test('begins anew where the file was replaced meanwhile', async () => {
    await using server = await startFileServer();
    server.serve('/thing', file(content, '"2"'));
    leaveBehind(Buffer.alloc(200_000), { url: `${server.url}/thing`, validator: '"1"' });
    expect(await get([`${server.url}/thing`])).toMatchObject({ digest });
  });

  test.each([
    ['of another file', Buffer.alloc(200_000)],
    ['longer than the file', Buffer.alloc(400_000)],
    ['the whole of another file', Buffer.alloc(content.length)],
  ])('begins anew where what was left is %s, though nothing tells', async (_, left) => {
    await using server = await startFileServer();
    server.serve('/thing', file(content));
    leaveBehind(left, { url: 'http://elsewhere.example/thing', validator: '"1"' });
    expect(await get([`${server.url}/thing`])).toMatchObject({ digest });
  });

  test('goes to the next place when what was left is of another file, and its place has none any more', async () => {
    await using server = await startFileServer();
    server.serve('/old', (request, response) => {
      if (request.headers.range === undefined) response.writeHead(404).end();
      else file(content)(request, response);
    });
    server.serve('/new', file(content));
    leaveBehind(Buffer.alloc(200_000), { url: `${server.url}/old`, validator: '"1"' });
    expect(await get([`${server.url}/old`, `${server.url}/new`])).toMatchObject({ digest });
    expect(readdirSync(join(folder, 'cache/partial'))).toEqual([]);
  });

  test('that is made twice at once is harmless', async () => {
    await using server = await startFileServer();
    server.serve('/thing', file(content));
    leaveBehind(content.subarray(0, 100), { url: `${server.url}/thing`, validator: '"1"' });
    const both = await Promise.all([get([`${server.url}/thing`]), get([`${server.url}/thing`])]);
    expect(both).toMatchObject([{ digest }, { digest }]);
    expect(server.asked.toSorted()).toEqual(['GET /thing', 'GET /thing bytes=100-']);
  });

  test('ends with the reason of its signal', async () => {
    await using server = await startFileServer();
    const abort = new AbortController();
    server.serve('/thing', (_, response) => {
      response.writeHead(200, { 'content-length': content.length });
      response.write(content.subarray(0, 1000), () => abort.abort(new Error('enough')));
    });
    const ended = get([`${server.url}/thing`], { signal: abort.signal });
    await expect(ended).rejects.toThrow('enough');
  });

  test('goes through the proxy that the environment names, unless it is excepted', async () => {
    await using proxy = await startFileServer();
    await using server = await startFileServer();
    server.serve('/thing', file(content));
    const port = new URL(server.url).port;
    const env = { http_proxy: proxy.url, no_proxy: `127.0.0.1:${port}` };
    const refused = get(['http://files.example/thing'], { http: openHttp(env) });
    await expect(refused).rejects.toMatchObject({ code: 'artifact-unavailable' });
    expect(proxy.asked[0]).toBe('CONNECT files.example:80');
    await expect(get([`${server.url}/thing`], { http: openHttp(env) })).resolves.toMatchObject({
      digest,
    });
  });
});
