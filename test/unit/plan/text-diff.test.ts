import { applyPatch } from 'diff';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { textDiff } from '../../../src/plan/text-diff.ts';

const lines = fc
  .array(fc.stringMatching(/^[a-z]{0,3}$/), { maxLength: 12 })
  .map((all) => all.map((line) => `${line}\n`).join(''));

describe('a diff', () => {
  test('is unified, with the path of the file', () => {
    expect(textDiff('/etc/a', 'one\ntwo\n', 'one\n2\n')).toBe(
      '--- /etc/a\n+++ /etc/a\n@@ -1,2 +1,2 @@\n one\n-two\n+2\n',
    );
  });

  test('of a new file is against /dev/null', () => {
    expect(textDiff('/etc/a', null, 'one\n')).toBe(
      '--- /dev/null\n+++ /etc/a\n@@ -0,0 +1,1 @@\n+one\n',
    );
  });

  test('leads from what is there to what is wished, whatever they are', () => {
    fc.assert(
      fc.property(lines, lines, (before, wished) => {
        const diff = textDiff('/a', before, wished) ?? '';
        expect(applyPatch(before, diff)).toBe(wished);
      }),
    );
  });

  test('is given up where two long texts have nothing in common', () => {
    const long = (word: string) =>
      Array.from({ length: 3_000 }, (_, index) => `${word} ${index}\n`).join('');
    expect(textDiff('/a', long('old'), long('new'))).toBeNull();
    expect(textDiff('/a', null, long('new'))).toContain('+new 2999');
  });
});
