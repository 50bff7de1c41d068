import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { quote, quoteAll } from '../../../src/node/quote.ts';

const nasty = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({
    unit: fc.constantFrom("'", '"', '$', '`', '\\', '\n', '!', '-', '*', '~', '#', ' ', 'é', '='),
  }),
  fc.constantFrom('', '-n', '--', '$(id)', "'", 'a=b', '~root', '\n', '\\n', '{a,b}', '&& x'),
);
const words = fc.array(
  nasty.map((text) => text.replaceAll('\0', '')),
  { minLength: 1, maxLength: 6 },
);

test.each(['dash', 'bash'])('any text survives %s as one word', (shell) => {
  fc.assert(
    fc.property(words, (texts) => {
      const script = `for word in ${quoteAll(texts)}; do printf '%s\\0' "$word"; done`;
      const { stdout } = spawnSync(shell, ['-c', script], { env: { LC_ALL: 'C' } });
      const wellFormed = texts.map((text) => Buffer.from(text).toString());
      expect(stdout.toString().split('\0').slice(0, -1)).toEqual(wellFormed);
    }),
    { numRuns: 150 },
  );
});

test('a NUL, which no shell word can hold, is refused', () => {
  expect(() => quote('a\0b')).toThrow(RangeError);
});

test('plain words stay readable', () => {
  expect(quoteAll(['step', 'configure.1', '/etc/hosts', 'it is'])).toBe(
    "step configure.1 /etc/hosts 'it is'",
  );
});
