import { expect, test, vi } from 'vitest';
import { bundle } from '../../../src/node/bundle.ts';
import { applyScript } from '../../../src/node/script.ts';
import { applyAt, identity, look, told, wishesOf } from './fixtures.ts';
import { type Cut, canRunLocalNode, startLocalNode } from './local-node.ts';

vi.setConfig({ testTimeout: 120_000 });

const names = ['one', 'two', 'three'];
const wishes = wishesOf(
  ...names.map((name) => ({
    command: { run: `printf "%s\\n" ${name} >>/srv/ledger; sleep 0.02`, always: true as const },
  })),
);
const bundleBytes = bundle(applyScript({ run: 'run-10', wishes, generation: 1, identity })).length;

/** Some places between the first and the last byte. */
const places = (count: number, bytes: number) =>
  Array.from({ length: count }, (_, index) => Math.floor((index * bytes) / (count - 1)));

const uploads: Cut[][] = places(12, bundleBytes).map((stdin) => [{ stdin }]);
const answers: Cut[][] = places(24, 900).map((stdout) => [{ stdout }]);
const repeated: Cut[][] = places(6, 60).map((stdout) => [
  { stdin: 100 },
  { stdout: 30 },
  { stdout: 70 },
  { stdin: bundleBytes - 1 },
  { stdout },
  { stdout: 200 },
]);

test.skipIf(!canRunLocalNode)(
  'wherever the connection is cut, each step runs once and is answered once',
  async () => {
    await using node = await startLocalNode();
    let generation = 0;
    for (const cuts of [...uploads, ...answers, ...repeated]) {
      node.cuts.push(...cuts);
      const heard: string[] = [];
      const result = await applyAt(
        node,
        { generation, wishes },
        { onAnswer: ({ id, status }) => heard.push(`${id} ${status}`) },
      );
      generation += 1;
      node.cuts.length = 0;
      expect(result.generation).toBe(generation);
      expect(told(result)).toEqual(names.map(() => 'changed: not done yet'));
      expect(heard).toEqual([
        'identity started',
        `identity ${generation === 1 ? 'changed' : 'ok'}`,
        ...names.flatMap((_, index) => [
          `configure.${index} started`,
          `configure.${index} changed`,
        ]),
      ]);
      expect(node.read('/srv/ledger')).toBe(
        names
          .map((name) => `${name}\n`)
          .join('')
          .repeat(generation),
      );
    }
    expect(await node.sh('ls -A /var/lib/deployer/runs | grep -c "^.up"')).toBe('0\n');
  },
);

test.skipIf(!canRunLocalNode)('an observation that is cut is made again', async () => {
  await using node = await startLocalNode();
  for (const cut of [{ stdin: 0 }, { stdin: 500 }, { stdout: 10 }, { stdout: 300 }]) {
    node.cuts.push(cut);
    expect(told(await look(node, ...wishes.map(({ step }) => step)))).toEqual(
      names.map(() => 'would-change: not done yet'),
    );
  }
  expect(await node.sh('ls -A /srv /var/lib/deployer 2>/dev/null')).toBe('/srv:\n');
});
