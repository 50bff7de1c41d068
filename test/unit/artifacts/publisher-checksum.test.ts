import { beforeEach, describe, expect, test } from 'vitest';
import { publisherDigest } from '../../../src/artifacts/publisher-checksum.ts';
import { temporaryFolders } from '../../support/temporary-folder.ts';
import { depsIn, type TestDeps } from './support/deps.ts';
import { file, startFileServer } from './support/file-server.ts';

const newFolder = temporaryFolders();
let deps: TestDeps;
let folder: string;
beforeEach(() => {
  folder = newFolder();
  deps = depsIn(folder);
});
const sum = 'a'.repeat(64);

describe('the checksum that a publisher tells', () => {
  test('is asked for once, and remembered by later runs', async () => {
    const asked: string[][] = [];
    const digest = await (async () => {
      await using server = await startFileServer();
      server.serve('/SHA256SUMS', file(`${sum}  thing-1.0.zip\n`));
      asked.push(server.asked);
      const sums = [{ url: `${server.url}/SHA256SUMS`, name: 'thing-1.0.zip' }];
      expect(await publisherDigest(sums, deps)).toBe(`sha256:${sum}`);
      return { sums };
    })();
    expect(await publisherDigest(digest.sums, depsIn(folder))).toBe(`sha256:${sum}`);
    expect(asked).toEqual([['GET /SHA256SUMS']]);
  });

  test('is taken from the first place that has it', async () => {
    await using server = await startFileServer();
    server.serve('/new/x.sha256', file(sum));
    const sums = ['old', 'new'].map((place) => ({
      url: `${server.url}/${place}/x.sha256`,
      name: 'x',
    }));
    expect(await publisherDigest(sums, deps)).toBe(`sha256:${sum}`);
    expect(server.asked).toEqual(['GET /old/x.sha256', 'GET /new/x.sha256']);
  });

  test('is never looked for elsewhere when a place does not tell it; the names that it tells are named', async () => {
    await using server = await startFileServer();
    server.serve('/SHA256SUMS', file(`${sum}  thing-2.0.zip\n`));
    server.serve('/other', file(sum));
    const sums = ['SHA256SUMS', 'other'].map((path) => ({
      url: `${server.url}/${path}`,
      name: 'thing-1.0.zip',
    }));
    await expect(publisherDigest(sums, deps)).rejects.toMatchObject({
      code: 'no-checksum',
      message: `${server.url}/SHA256SUMS holds no checksum of thing-1.0.zip`,
      hint: expect.stringContaining('It names thing-2.0.zip.'),
    });
    expect(server.asked).toEqual(['GET /SHA256SUMS']);
  });

  test('is not looked for in something endless', async () => {
    await using server = await startFileServer();
    server.serve('/thing.zip', (_, response) => {
      response.writeHead(200);
      const more = () => {
        while (!response.destroyed && response.write(Buffer.alloc(64 * 1024)));
      };
      response.on('drain', more);
      more();
    });
    const sums = [{ url: `${server.url}/thing.zip`, name: 'thing.zip' }];
    await expect(publisherDigest(sums, deps)).rejects.toMatchObject({
      code: 'no-checksum',
      message: `${server.url}/thing.zip is longer than any list of checksums (4 MiB)`,
    });
    expect(server.asked).toHaveLength(1);
  });

  test('that nobody tells is an error with every place', async () => {
    await using server = await startFileServer();
    await expect(
      publisherDigest([{ url: `${server.url}/x`, name: 'thing' }], deps),
    ).rejects.toMatchObject({
      code: 'artifact-unavailable',
      message: 'the checksum of thing cannot be had',
      excerpt: `${server.url}/x: HTTP status 404`,
    });
  });
});
