import { expect, test } from 'vitest';
import { deleteClusters } from '../../../src/actions/delete-clusters.ts';
import type { Leftover } from '../../../src/providers/provider.ts';
import { providerThat } from './support/provider.ts';
import { contextIn } from './support/run.ts';

const clusters = ['a', 'b', 'c'].map((name) => ({ name, uid: `u-${name}` }));
const group: Leftover = { kind: 'security-group', id: 'sg-1', state: 'held' };

function cloudIn(swept: string[], stuck: readonly string[]) {
  return providerThat({
    machineStates: async () => new Map(),
    sweep: async (uid) => {
      swept.push(uid);
      return stuck.includes(uid) ? [group] : [];
    },
  });
}

test('clusters that nobody owns are deleted', async () => {
  const deleted = await deleteClusters(clusters, cloudIn([], []), contextIn('/'));
  expect(deleted).toEqual(['u-a', 'u-b', 'u-c']);
});

test('one that cannot be deleted does not keep the others, and the error tells which are', async () => {
  const swept: string[] = [];
  await expect(
    deleteClusters(clusters, cloudIn(swept, ['u-a']), contextIn('/')),
  ).rejects.toMatchObject({
    code: 'left-behind',
    message: '1 of 3 ownerless clusters could not be deleted',
    excerpt: [
      'a (u-a): something of a is still there',
      'security-group sg-1 (held)',
      'deleted: b (u-b), c (u-c)',
    ].join('\n'),
  });
  expect(swept).toEqual(['u-a', 'u-b', 'u-c']);
});
