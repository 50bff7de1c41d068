import { expect, test } from 'vitest';
import { waitForAll } from '../../../src/artifacts/wait-for-all.ts';

test('works that are waited for have all ended when the failure of one is told', async () => {
  const ended: string[] = [];
  const work = async (name: string, turns: number) => {
    for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
    ended.push(name);
    if (name.startsWith('bad')) throw new Error(name);
    return name;
  };
  const works = [work('bad-1', 1), work('good', 9), work('bad-2', 99)];
  await expect(waitForAll(works)).rejects.toThrow('bad-1');
  expect(ended).toEqual(['bad-1', 'good', 'bad-2']);
  expect(await waitForAll([work('one', 5), work('other', 1)])).toEqual(['one', 'other']);
});
