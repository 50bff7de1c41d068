import { describe, expect, test, vi } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { fileTexts } from '../../../src/node/file-texts.ts';
import { canRunLocalNode, type LocalNode, startLocalNode } from './local-node.ts';

vi.setConfig({ testTimeout: 30_000 });

const texts = (node: LocalNode, ...paths: readonly string[]) =>
  fileTexts(node, paths, { clock: systemClock });

describe.skipIf(!canRunLocalNode).each(['dash', 'bash'] as const)('a node with %s', (shell) => {
  test('tells the texts of the files that it has, whatever they are called, at once', async () => {
    await using node = await startLocalNode({ shell });
    const files = new Map([
      ['/srv/a b', 'blank\n'],
      ['/srv/it\'s "$HOME" *', 'no newline at its end'],
      ['/srv/-n', ''],
      ['/srv/ünï', 'hé\u2028\n\n'],
    ]);
    for (const [path, text] of files) node.write(path, text);
    expect(await texts(node, '/srv/missing', ...files.keys(), '/srv')).toEqual(files);
    expect(node.execs).toBe(1);
  });

  test('leaves out what is too long or binary', async () => {
    await using node = await startLocalNode({ shell });
    const longest = 'x'.repeat(256 * 1024);
    node.write('/srv/longest', longest);
    node.write('/srv/longer', `${longest}x`);
    node.write('/srv/binary', 'a\0b');
    expect(await texts(node, '/srv/longer', '/srv/longest', '/srv/binary')).toEqual(
      new Map([['/srv/longest', longest]]),
    );
  });
});

test('no file is no question', async () => {
  const node = {
    node: 'n',
    needsSudo: false,
    exec: () => Promise.reject(new Error('never called')),
  };
  expect(await fileTexts(node, [], { clock: systemClock })).toEqual(new Map());
});
