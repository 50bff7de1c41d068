import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { coordinatesOf, parseLock } from '../../../src/artifacts/maven-lock.ts';

const sum = 'a'.repeat(64);
const templates = join(import.meta.dirname, '../../../templates');
const locks = readdirSync(templates, { recursive: true, encoding: 'utf8' }).filter((name) =>
  name.endsWith('.lock'),
);

describe('a lock file', () => {
  test('names each file as Maven calls it', () => {
    const text = `# made by a script\n\norg.a:thing:1.0 ${sum} 5\r\norg.a:thing:1.0:linux-x86_64 ${sum} 6\norg.a:app:1.0::tar.gz ${sum} 7\n`;
    expect(parseLock(text, 'x.lock').map(({ name, size }) => [name, size])).toEqual([
      ['thing-1.0.jar', 5],
      ['thing-1.0-linux-x86_64.jar', 6],
      ['app-1.0.tar.gz', 7],
    ]);
  });

  test('gives back what was written into it', () => {
    const word = fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9_.+-]{0,12}$/);
    const line = fc.record({
      group: word,
      artifact: word,
      version: word,
      classifier: fc.oneof(word, fc.constant('')),
      type: fc.oneof(word, fc.constant('jar')),
      size: fc.nat(),
    });
    const lines = fc.uniqueArray(line, {
      minLength: 1,
      selector: (each) => `${each.artifact}-${each.version}-${each.classifier}.${each.type}`,
    });
    fc.assert(
      fc.property(lines, (all) => {
        const named = all.map((each) => ({ ...each, name: '', digest: '' }));
        const text = named.map((each) => `${coordinatesOf(each)} ${sum} ${each.size}`).join('\n');
        const names = new Set(named.map((each) => `${each.artifact}-${each.version}`));
        fc.pre(names.size === named.length);
        expect(parseLock(text, 'x.lock')).toMatchObject(all);
      }),
    );
  });

  test.each([
    ['org.a:thing 1.0', 'x.lock:1: expected group:artifact:version sha256 size'],
    [`org.a:thing:1.0 ${sum}`, 'x.lock:1: expected group:artifact:version sha256 size'],
    [`org.a:../thing:1.0 ${sum} 5`, 'x.lock:1: expected group:artifact:version sha256 size'],
    [`org.a:th<ing:1.0 ${sum} 5`, 'x.lock:1: expected group:artifact:version sha256 size'],
    [`org.a:t:1 ${sum} 5\norg.b:t:1 ${sum} 5`, 'x.lock:2: t-1.jar is the name of line 1 too'],
    ['# nothing', 'x.lock: it lists no file'],
  ])('with %j is refused with its line', (text, excerpt) => {
    expect(() => parseLock(text, 'x.lock')).toThrow(
      expect.objectContaining({ code: 'bad-lock', excerpt }),
    );
  });

  test.each(locks)(
    'that is shipped can be read, and leads to files of the usual kinds: %s',
    (name) => {
      const files = parseLock(readFileSync(join(templates, name), 'utf8'), name);
      expect(files.length).toBeGreaterThan(10);
      expect(files.every(({ name: file, size }) => file.endsWith('.jar') && size > 0)).toBe(true);
    },
  );
});
