import { expect, test } from 'vitest';
import { forEach } from '../../../../src/providers/ec2/for-each.ts';

const items = Array.from({ length: 100 }, (_, index) => index);

test('the work is done for each item', async () => {
  const done: number[] = [];
  await forEach(items, async (item) => done.push(item));
  expect(done.toSorted((left, right) => left - right)).toEqual(items);
});

test('after a failure nothing more is begun, and nothing is under way any more', async () => {
  const begun: number[] = [];
  let underWay = 0;
  const failing = forEach(items, async (item) => {
    begun.push(item);
    if (item === 3) throw new Error('three');
    underWay += 1;
    await new Promise(setImmediate);
    underWay -= 1;
    if (item === 5) throw new Error('five');
  });
  await expect(failing).rejects.toThrow('three');
  expect(underWay).toBe(0);
  expect(begun.length).toBeLessThanOrEqual(10);
});
