import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readReports } from '../../../src/artifacts/delivery-report.ts';

const [a, b] = ['a'.repeat(64), 'b'.repeat(64)];

test('what a node has of each artifact is told apart, and one that is whole is left out', () => {
  const text = [
    `have ${a} sha256:1 0 1048576`,
    `have ${a} sha256:1 1048576 5`,
    `verified ${a} sha256:2`,
    `room ${a} 1000 4096 500 1024 2`,
    `complete ${'c'.repeat(64)}`,
    `room ${b} 10 4096 10 4096 1`,
    '',
  ].join('\n');
  expect(readReports(text)).toEqual(
    new Map([
      [
        a,
        {
          have: [
            { id: a, digest: 'sha256:1', offset: 0, length: 1_048_576 },
            { id: a, digest: 'sha256:1', offset: 1_048_576, length: 5 },
          ],
          verified: new Set(['sha256:2']),
          room: { delivered: 4_096_000, unpacked: 512_000, isOne: false },
        },
      ],
      [
        b,
        {
          have: [],
          verified: new Set(),
          room: { delivered: 40_960, unpacked: 40_960, isOne: true },
        },
      ],
    ]),
  );
});

test('a line that a full disk has cut short is no reason to fail', () => {
  fc.assert(
    fc.property(fc.nat({ max: 200 }), (length) => {
      const text = `have ${a} sha256:1 0 10\nverified ${a} sha256:2\n`.slice(0, length);
      expect(readReports(`${text}\nroom ${a} 1 1 1 1 1\n`).has(a)).toBe(true);
    }),
  );
});
