import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { describe, expect, test, vi } from 'vitest';
import { chunkBytes } from '../../../src/artifacts/chunks.ts';
import { type DeliverOptions, deliver } from '../../../src/artifacts/deliver.ts';
import { systemClock } from '../../../src/clock.ts';
import type { NodeConnection, NodeInput } from '../../../src/node/connection.ts';
import { placeOf } from '../../../src/node/steps/artifact.ts';
import { temporaryFolders } from '../../support/temporary-folder.ts';
import { look, put, told } from '../node/fixtures.ts';
import { canRunLocalNode, type LocalNode, startLocalNode } from '../node/local-node.ts';
import { digestOf, sampleArtifact } from './support/sample-artifact.ts';

vi.setConfig({ testTimeout: 30_000 });

const newFolder = temporaryFolders();
type Sample = ReturnType<typeof sampleArtifact>;

/** Brings the artifacts to the node; gives what was told on the way. */
async function bring(
  node: NodeConnection,
  artifacts: readonly Sample[],
  options: Partial<DeliverOptions> = {},
): Promise<string[]> {
  const said: string[] = [];
  const onProgress = (text: string) => said.push(text);
  await deliver(node, artifacts, { clock: systemClock, onProgress, ...options });
  return said;
}

/** The same node, that counts the bytes which are sent to it piece by piece. */
function counting(node: LocalNode): NodeConnection & { readonly sent: () => number } {
  let sent = 0;
  async function* counted(input: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const piece of input) {
      sent += piece.length;
      yield piece;
    }
  }
  const streamed = (input: NodeInput) =>
    typeof input === 'string' || Buffer.isBuffer(input) ? input : counted(input);
  return {
    node: node.node,
    needsSudo: false,
    sent: () => sent,
    exec: (command, { stdin, ...options } = {}) =>
      node.exec(command, {
        ...options,
        ...(stdin === undefined ? {} : { stdin: streamed(stdin) }),
      }),
  };
}

const jars = () => ({ 'lib/big.jar': randomBytes(2_500_000), 'lib/small.jar': 'small', empty: '' });

describe.skipIf(!canRunLocalNode).each(['dash', 'bash'] as const)('a delivery (%s)', (shell) => {
  test('brings files of every size, which the step then puts into place', async () => {
    await using node = await startLocalNode({ shell });
    const files = jars();
    const artifact = sampleArtifact(newFolder(), { files });
    const step = { artifact: artifact.step };
    const said = await bring(node, [artifact]);
    expect(said.at(-1)).toBe('sample 2.5 of 2.5 MB');
    expect(told(await put(node, step))).toEqual(['changed: not there']);
    expect(told(await look(node, step))).toEqual(['ok']);
    const sums = await node.sh('cd /srv/sample/current; sha256sum lib/big.jar lib/small.jar empty');
    const expected = Object.entries(files).map(
      ([name, content]) => `${digestOf(content).slice(7)}  ${name}\n`,
    );
    expect(sums).toBe(expected.join(''));
  });

  test('goes on with what is missing wherever its connection is cut', async () => {
    await using local = await startLocalNode({ shell });
    const node = counting(local);
    const artifact = sampleArtifact(newFolder(), {
      files: { 'a.bin': randomBytes(4 * chunkBytes) },
    });
    // The question, then four channels: two of them are cut in the middle of their part, one in a header.
    local.cuts.push({}, {}, { stdin: 300_000 }, { stdin: chunkBytes }, { stdin: 20 });
    await bring(node, [artifact]);
    expect(node.sent()).toBeGreaterThan(4 * chunkBytes);
    expect(node.sent()).toBeLessThan(8 * chunkBytes);
    expect(told(await put(node, { artifact: artifact.step }))).toEqual(['changed: not there']);
  });
});

describe.skipIf(!canRunLocalNode)('a delivery', () => {
  test('to a node that has everything is one exchange, and the content is not even looked for', async () => {
    await using node = await startLocalNode();
    const artifact = sampleArtifact(newFolder(), { files: jars() });
    await bring(node, [artifact]);
    await put(node, { artifact: artifact.step });
    const before = { execs: node.execs, asked: artifact.asked() };
    await bring(node, [artifact]);
    expect([node.execs - before.execs, artifact.asked() - before.asked]).toEqual([1, 0]);
  });

  test('that was given up goes on in a later run with what is missing', async () => {
    await using local = await startLocalNode();
    const node = counting(local);
    const files = { 'a.bin': randomBytes(6 * chunkBytes) };
    const artifact = sampleArtifact(newFolder(), { files });
    const abort = new AbortController();
    const reason = new Error('stopped');
    const onProgress = () => abort.abort(reason);
    await expect(bring(node, [artifact], { signal: abort.signal, onProgress })).rejects.toBe(
      reason,
    );
    // What runs on the node when the channel is gone may still write its last part.
    const have = `cat /var/lib/deployer/artifacts/${artifact.step.id}/have`;
    const parts = (await local.sh(have)).split('\n').length - 1;
    // Counted by itself: what the first run had read already it may still hand over.
    const later = counting(local);
    await bring(later, [artifact]);
    expect(parts).toBeGreaterThan(0);
    expect(later.sent()).toBeLessThan((6 - parts) * chunkBytes + 6 * 200 + 1);
  });

  test('of several artifacts is one, also where they share a file', async () => {
    await using node = await startLocalNode();
    const folder = newFolder();
    const one = sampleArtifact(folder, { files: { 'lib/log.jar': 'log', 'lib/one.jar': '1' } });
    const other = sampleArtifact(folder, { files: { 'lib/log.jar': 'log' } });
    await bring(node, [one, other]);
    const steps = [one.step, { ...other.step, name: 'other', folder: '/srv/other' }];
    expect(told(await put(node, ...steps.map((artifact) => ({ artifact }))))).toEqual([
      'changed: not there',
      'changed: not there',
    ]);
  });

  test('is refused before anything is sent when there is no room for it', async () => {
    await using local = await startLocalNode();
    const node = counting(local);
    await local.sh('mkdir /var/lib/deployer; mount -t tmpfs -o size=12m tmpfs /var/lib/deployer');
    const artifact = sampleArtifact(newFolder(), { files: { 'a.bin': randomBytes(5_000_000) } });
    await expect(bring(node, [artifact])).rejects.toMatchObject({
      code: 'node-disk-full',
      message: 'local-1: sample needs 13 MB where /var/lib/deployer is, and 13 MB are free',
    });
    expect(node.sent()).toBe(0);
  });

  test('is refused when there is no room to unpack it', async () => {
    await using node = await startLocalNode();
    await node.sh('mkdir /srv/sample; mount -t tmpfs -o size=10m tmpfs /srv/sample');
    const unpack = { format: 'tar.gz', strip: 0 } as const;
    const artifact = sampleArtifact(newFolder(), {
      ...{ files: { archive: 'x' }, unpack, unpackedBytes: 50_000_000 },
    });
    await expect(bring(node, [artifact])).rejects.toMatchObject({
      code: 'node-disk-full',
      message: 'local-1: sample needs 58 MB where /srv/sample is, and 10 MB are free',
    });
  });

  test('to a disk that becomes full says so, and takes back what it has sent', async () => {
    await using node = await startLocalNode();
    await node.sh(
      'mkdir -p /var/lib/deployer/artifacts; mount -t tmpfs -o size=3m tmpfs /var/lib/deployer/artifacts',
    );
    const artifact = sampleArtifact(newFolder(), { files: { 'a.bin': randomBytes(9_000_000) } });
    await expect(bring(node, [artifact])).rejects.toMatchObject({
      code: 'node-disk-full',
      message: 'local-1: its disk became full meanwhile',
      excerpt: expect.stringContaining('No space left on device'),
    });
    expect(await node.sh('ls -A /var/lib/deployer/artifacts')).toBe('');
  });

  test('to a node that cannot be written says why', async () => {
    await using node = await startLocalNode();
    node.write('/var/lib/deployer', 'a file in its place');
    const artifact = sampleArtifact(newFolder(), { files: { 'a.bin': 'x' } });
    await expect(bring(node, [artifact])).rejects.toMatchObject({
      code: 'not-delivered',
      excerpt: expect.stringContaining('/var/lib/deployer'),
    });
  });

  test('sends again what does not read back as it was sent', async () => {
    await using node = await startLocalNode();
    const artifact = sampleArtifact(newFolder(), { files: { 'a.bin': 'right' } });
    const [file] = artifact.step.files;
    const folder = `/var/lib/deployer/artifacts/${artifact.step.id}`;
    node.write(`${folder}/${file?.digest}`, 'wrong');
    node.write(`${folder}/have`, `${file?.digest} 0 5\n`);
    await bring(node, [artifact]);
    await put(node, { artifact: artifact.step });
    expect(node.read(`${placeOf(artifact.step)}/a.bin`)).toBe('right');
  });

  test('is given up when it does not read back a second time, and nothing of it stays', async () => {
    await using node = await startLocalNode();
    const artifact = sampleArtifact(newFolder(), { files: { 'a.bin': 'right' } });
    const [file] = (await artifact.content()).files;
    writeFileSync(file?.path ?? '', 'wrong');
    await expect(bring(node, [artifact])).rejects.toMatchObject({
      code: 'damaged-on-node',
      excerpt: file?.digest,
    });
    expect(await node.sh(`ls /var/lib/deployer/artifacts/${artifact.step.id}`)).not.toContain(
      'sha256',
    );
  });
});

describe.skipIf(!canRunLocalNode)('a node that fetches by itself', () => {
  const urls = ['https://a.example/thing', 'https://b.example/thing'];
  const helper = '/usr/lib/apt/apt-helper';

  /** Lets apt's program answer for each address with a file of the node, or with a failure where there is none. */
  function answerWith(node: LocalNode, answers: Readonly<Record<string, string>>): void {
    for (const [host, content] of Object.entries(answers)) node.write(`/srv/web/${host}`, content);
    node.replace(
      helper,
      `#!/bin/sh
while [ "$1" != download-file ]; do shift; done
host=\${2#https://}; host=\${host%%/*}; echo "$host" >>/srv/asked
cp "/srv/web/$host" "$3" || { echo "E: 404 Not Found" >&2; exit 100; }`,
    );
  }

  const thing = (content: string) =>
    sampleArtifact(newFolder(), { files: { thing: content }, urls });

  test('verifies what it gets, and this computer sends and fetches nothing', async () => {
    await using node = await startLocalNode();
    answerWith(node, { 'a.example': 'content' });
    const artifact = thing('content');
    await bring(node, [artifact], { byNodes: true });
    expect(artifact.asked()).toBe(0);
    expect(told(await put(node, { artifact: artifact.step }))).toEqual(['changed: not there']);
    expect(node.read('/srv/sample/current/thing')).toBe('content');
  });

  test('goes to the next place when one has it not', async () => {
    await using node = await startLocalNode();
    answerWith(node, { 'b.example': 'content' });
    await bring(node, [thing('content')], { byNodes: true });
    expect(node.read('/srv/asked')).toBe('a.example\nb.example\n');
  });

  test('stops at a place that has something else, and both sums are named', async () => {
    await using node = await startLocalNode();
    answerWith(node, { 'a.example': 'evil', 'b.example': 'content' });
    await expect(bring(node, [thing('content')], { byNodes: true })).rejects.toMatchObject({
      code: 'checksum-mismatch',
      message: 'local-1: https://a.example/thing is not what it should be',
      excerpt: `expected ${digestOf('content').replace(':', ' ')}\nfound    ${digestOf('evil').replace(':', ' ')}`,
    });
    expect(node.read('/srv/asked')).toBe('a.example\n');
  });

  test('says which places it tried, and what to do', async () => {
    await using node = await startLocalNode();
    answerWith(node, {});
    await expect(bring(node, [thing('content')], { byNodes: true })).rejects.toMatchObject({
      code: 'not-fetched',
      excerpt: expect.stringMatching(
        /a\.example\/thing\nhttps:\/\/b\.example\/thing\n.*404 Not Found/s,
      ),
      hint: expect.stringContaining('artifacts: push'),
    });
  });

  test('is sent what has no address all the same', async () => {
    await using node = await startLocalNode();
    const artifact = sampleArtifact(newFolder(), { files: { thing: 'content' } });
    await bring(node, [artifact], { byNodes: true });
    expect(artifact.asked()).toBe(1);
  });
});
