import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Chunk,
  chunkBytes,
  createTransfer,
  missingChunks,
} from '../../../src/artifacts/chunks.ts';

const files = fc
  .uniqueArray(
    fc.record({
      name: fc.integer({ min: 0, max: 9 }),
      size: fc.integer({ min: 0, max: 5 * chunkBytes }),
    }),
    {
      selector: ({ name }) => name,
      maxLength: 4,
    },
  )
  .map((all) => all.map(({ name, size }) => ({ id: 'a', digest: `sha256:${name}`, size })));

describe('the parts of files', () => {
  test('cover each file from its first byte to its last, once', () => {
    fc.assert(
      fc.property(files, (wanted) => {
        const chunks = missingChunks(wanted, []);
        for (const { digest, size } of wanted) {
          let reached = 0;
          for (const { offset, length } of chunks.filter((chunk) => chunk.digest === digest)) {
            expect(offset).toBe(reached);
            reached += length;
          }
          expect(reached).toBe(size);
        }
      }),
    );
  });

  test('are missing exactly where the node does not have them', () => {
    fc.assert(
      fc.property(files, fc.infiniteStream(fc.boolean()), (wanted, isThere) => {
        const all = missingChunks(wanted, []);
        const there = all.filter(() => isThere.next().value);
        const missing = missingChunks(wanted, there);
        expect([...there, ...missing].map(text).sort()).toEqual(all.map(text).sort());
      }),
    );
  });

  test('are missing where the node has them of another artifact, or in another cut', () => {
    const file = { id: 'a', digest: 'sha256:1', size: 10 };
    const [whole] = missingChunks([file], []);
    expect(whole).toEqual({ id: 'a', digest: 'sha256:1', offset: 0, length: 10 });
    const others = [
      { ...file, offset: 0, length: 9 },
      { ...file, id: 'b', offset: 0, length: 10 },
    ];
    expect(missingChunks([file], others)).toEqual([whole]);
  });
});

test('a transfer gives each part to one channel, and is done when all have arrived, in whatever order', () => {
  fc.assert(
    fc.property(files, fc.infiniteStream(fc.nat()), (wanted, random) => {
      const chunks = missingChunks(wanted, []);
      const arrived: Chunk[] = [];
      const transfer = createTransfer(chunks, (chunk) => arrived.push(chunk));
      const taken: Chunk[] = [];
      for (let next = transfer.next(); next !== undefined; next = transfer.next()) taken.push(next);
      expect(taken).toEqual(chunks);
      const shuffled = taken.toSorted(() => (random.next().value % 2 === 0 ? -1 : 1));
      for (const chunk of shuffled) {
        expect(transfer.isDone).toBe(false);
        transfer.arrived(chunk);
        transfer.arrived(chunk);
      }
      transfer.arrived({ id: 'other', digest: 'sha256:1', offset: 0 });
      expect(transfer.isDone).toBe(true);
      expect(arrived).toEqual(shuffled);
    }),
  );
});

function text({ digest, offset, length }: Chunk): string {
  return `${digest} ${offset} ${length}`;
}
