import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { tar } from '../../../src/node/tar.ts';

test('the real tar unpacks every file as it was', () => {
  const contents = fc.array(fc.uint8Array({ maxLength: 1500 }), { maxLength: 5 });
  fc.assert(
    fc.property(contents, (files) => {
      const folder = mkdtempSync(join(tmpdir(), 'deployer-tar-'));
      const entries = files.map((bytes, index) => ({
        name: `files/${index}`,
        content: Buffer.from(bytes),
      }));
      execFileSync('tar', ['-xf', '-', '-C', folder], { input: tar(entries) });
      for (const { name, content } of entries) {
        expect(readFileSync(join(folder, name)).equals(content)).toBe(true);
      }
      rmSync(folder, { recursive: true });
    }),
    { numRuns: 30 },
  );
});

test('files keep their order and are for root alone', () => {
  const archive = tar([
    { name: 'b', content: Buffer.from('1') },
    { name: 'a', content: Buffer.from('22') },
  ]);
  const { stdout, stderr } = spawnSync('tar', ['-tvf', '-'], { input: archive });
  expect(stderr.toString()).toBe('');
  expect(stdout.toString()).toMatch(/^-rw------- 0\/0 +1 .* b\n-rw------- 0\/0 +2 .* a\n$/);
});

test.each(['/etc/passwd', '', 'x'.repeat(101), 'é'])('the name "%s" is refused', (name) => {
  expect(() => tar([{ name, content: Buffer.alloc(0) }])).toThrow(RangeError);
});
