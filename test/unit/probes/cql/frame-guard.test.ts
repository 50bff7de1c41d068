import { once } from 'node:events';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createFrameGuard } from '../../../../src/probes/cql/frame-guard.ts';

const frame = fc
  .tuple(
    fc.constantFrom(0, 2, 3, 6, 8, 12, 14, 16),
    fc.uint8Array({ minLength: 3, maxLength: 3 }),
    fc.uint8Array({ maxLength: 40 }),
  )
  .map(([kind, [flags = 0, ...stream], body]) => {
    const head = Buffer.from([0x84, flags, ...stream, kind, 0, 0, 0, body.length]);
    return Buffer.concat([head, body]);
  });

/** What comes through, piece by piece, when the bytes arrive in pieces of these sizes. */
async function through(bytes: Buffer, sizes: readonly number[]): Promise<readonly Buffer[]> {
  const guard = createFrameGuard();
  const passed: Buffer[] = [];
  guard.on('data', (piece) => passed.push(piece));
  let rest = bytes;
  for (const size of sizes) {
    guard.write(rest.subarray(0, size));
    rest = rest.subarray(size);
  }
  guard.end(rest);
  await once(guard, 'end');
  return passed;
}

describe('what a server of CQL says', () => {
  it('comes through in whole frames, in whatever pieces it arrives', async () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 30 }), { maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(fc.array(frame), sizes, async (frames, pieces) => {
        expect(await through(Buffer.concat(frames), pieces)).toEqual(frames);
      }),
    );
  });

  it('comes through without a frame that is cut off', async () => {
    await fc.assert(
      fc.asyncProperty(frame, frame, fc.nat(), async (whole, cut, at) => {
        const bytes = Buffer.concat([whole, cut.subarray(0, at % cut.length)]);
        expect(await through(bytes, [])).toEqual([whole]);
      }),
    );
  });

  it.each([
    ['another version', [0x83]],
    ['a question', [0x04]],
    ['a kind of frame that no server sends', [0x84, 0, 0, 0, 7]],
    ['a frame that is too large', [0x84, 0, 0, 0, 8, 1, 0, 0, 1]],
    ['text', [...Buffer.from('HTTP/1.1 400 Bad Request')]],
  ])('does not come through when it is %s, nor what follows', async (_, bytes) => {
    const guard = createFrameGuard();
    const passed: Buffer[] = [];
    guard.on('data', (piece) => passed.push(piece));
    const good = Buffer.from([0x84, 0, 0, 0, 2, 0, 0, 0, 0]);
    guard.write(Buffer.concat([good, Buffer.from(bytes)]));
    const [error] = await once(guard, 'error');
    expect(error).toEqual(new Error('what answers there does not speak CQL'));
    expect(passed).toEqual([good]);
  });
});
