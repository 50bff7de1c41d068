import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createTransfer } from '../../../src/artifacts/chunks.ts';
import { putChunks } from '../../../src/artifacts/put-chunks.ts';
import type { NodeConnection } from '../../../src/node/connection.ts';
import { temporaryFolders } from '../../support/temporary-folder.ts';

const newFolder = temporaryFolders();

/** A node that takes all that it is sent. */
const node: NodeConnection = {
  node: 'demo-1',
  needsSudo: false,
  exec: async (_, { stdin = '' } = {}) => {
    for await (const _piece of stdin);
    throw new Error('nothing was to be sent');
  },
};

test('a file that was removed from the cache while it was sent is told as such', async () => {
  const path = join(newFolder(), 'file');
  const chunk = { id: 'a', digest: 'sha256:1', offset: 0, length: 10 };
  const sending = putChunks(
    node,
    createTransfer([chunk], () => {}),
    { pathOf: () => path },
  );
  await expect(sending).rejects.toMatchObject({
    code: 'cache-changed',
    message: `${path} changed in the cache while it was used`,
  });
});
