import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { quote, quoteAll } from '../../../src/node/quote.ts';

const special = [...'\'"$`\\\n\t\r!-*?[]{}()<>|&;~#=%^, ax', 'é', '\u{1f600}', '\u007f', '\u0001'];
const traps = [
  '',
  '-n',
  '--',
  '-e\\n',
  '$(id)',
  "'\\''",
  "\\'",
  'a=b',
  '~root',
  'a{b,c}',
  '\ud800',
];
const text = fc
  .oneof(
    fc.string({ unit: 'binary', maxLength: 40 }),
    fc.string({ unit: fc.constantFrom(...special), maxLength: 40 }),
    fc.constantFrom(...traps, ...special),
  )
  .map((any) => any.replaceAll('\0', ''));

/** A process takes a lot of texts at once, so that many more than processes are tried. */
const lists = fc.array(text, { minLength: 1, maxLength: 300, size: 'max' });
const bounds = { numRuns: 15 };

/** The texts as UTF-8 carries them: a lone surrogate is none. */
const wellFormed = (texts: readonly string[]) => texts.map((each) => Buffer.from(each).toString());

describe.each([
  ['dash', 'C'],
  ['dash', 'C.UTF-8'],
  ['bash', 'C'],
  ['bash', 'C.UTF-8'],
])('any text survives %s (%s)', (shell, locale) => {
  function said(script: string): string[] {
    const { stdout } = spawnSync(shell, { input: script, env: { LC_ALL: locale } });
    return stdout.toString().split('\0').slice(0, -1);
  }

  test('as one word', () => {
    fc.assert(
      fc.property(lists, (texts) => {
        const script = texts.map((each) => `word=${quote(each)}; printf '%s\\0' "$word"\n`);
        expect(said(script.join(''))).toEqual(wellFormed(texts));
      }),
      bounds,
    );
  });

  test('as one of many words', () => {
    fc.assert(
      fc.property(lists, (texts) => {
        const script = `say() { for word; do printf '%s\\0' "$word"; done; }\n`;
        expect(said(`${script}say ${quoteAll(texts)}\n`)).toEqual(wellFormed(texts));
      }),
      bounds,
    );
  });

  test('as a word of a command that is itself a word, as in `sh -c`', () => {
    fc.assert(
      fc.property(lists, (texts) => {
        const inner = `for word in ${quoteAll(texts)}; do printf '%s\\0' "$word"; done`;
        expect(said(`eval ${quote(inner)}\n`)).toEqual(wellFormed(texts));
      }),
      bounds,
    );
  });
});

test('a NUL, which no shell word can hold, is refused', () => {
  expect(() => quote('a\0b')).toThrow(RangeError);
});

test('plain words stay readable', () => {
  expect(quoteAll(['step', 'configure.1', '/etc/hosts', 'it is'])).toBe(
    "step configure.1 /etc/hosts 'it is'",
  );
});
