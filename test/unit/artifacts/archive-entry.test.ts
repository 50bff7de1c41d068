import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ArchiveEntry, createEntryJudge } from '../../../src/artifacts/archive-entry.ts';

const file = (name: string): ArchiveEntry => ({ path: name, type: 'file', target: '', size: 1 });
const link = (name: string, target: string): ArchiveEntry => ({
  ...{ path: name, type: 'symlink', target, size: 0 },
});

/** What is wrong with each of the entries. */
function flaws(entries: readonly ArchiveEntry[], strip = 0): (string | undefined)[] {
  const judge = createEntryJudge(strip);
  return entries.map((entry) => judge.flawOf(entry));
}

describe('an entry of an archive', () => {
  test.each([
    '/etc/passwd',
    '../x',
    'a/../../x',
    'a/..',
    'C:\\x',
    'c:/x',
    'a\\..\\b',
    'a\nb',
    'a\0b',
  ])('with the path %j is refused', (name) => {
    expect(flaws([file(name)])).not.toEqual([undefined]);
  });

  test.each(['a', 'a/b-1.0/c.jar', './a', 'a/./b', 'é/ü', 'a..b', '...', 'dir/'])(
    'with the path %j is not',
    (name) => {
      expect(flaws([file(name)])).toEqual([undefined]);
    },
  );

  test('that is a device or a socket is refused', () => {
    expect(flaws([{ ...file('null'), type: 'other' }])).toEqual(['it is no file, folder or link']);
  });

  test.each([
    ['bin/x', '/etc/passwd', 0],
    ['bin/x', '../../etc/passwd', 0],
    ['x', '..', 0],
    ['bin/x', 'y/../../..', 0],
    ['top/x', '../other/y', 1],
  ])('that is a link from %s to %s is refused (strip %i)', (name, target, strip) => {
    expect(flaws([link(name, target)], strip)).not.toEqual([undefined]);
  });

  test.each([
    ['bin/x', '../lib/x', 0],
    ['x', 'lib/x.so.1', 0],
    ['top/bin/x', '../lib/x', 1],
    ['a/b/c', '../..', 0],
  ])('that is a link from %s to %s is not (strip %i)', (name, target, strip) => {
    expect(flaws([link(name, target)], strip)).toEqual([undefined]);
  });

  test('that is written through a link of the archive is refused', () => {
    expect(flaws([link('a', 'b'), file('a/x'), file('ab/x'), file('c/a/x')])).toEqual([
      undefined,
      'it lies behind a link of the same archive',
      undefined,
      undefined,
    ]);
  });

  test('that is a hard link out of the archive is refused', () => {
    const hard = (target: string): ArchiveEntry => ({ ...file('x'), type: 'hardlink', target });
    expect(flaws([hard('a/b'), hard('../b'), hard('/etc/passwd')]).map(Boolean)).toEqual([
      false,
      true,
      true,
    ]);
  });

  test('that is let through lies in its folder, whatever it calls itself, and so does what it leads to', () => {
    const name = fc.constantFrom('a', 'b', '..', '.', '', 'a b', '...', '~');
    const text = fc.array(name, { minLength: 1, maxLength: 6 }).map((names) => names.join('/'));
    fc.assert(
      fc.property(text, text, fc.nat({ max: 2 }), (where, target, strip) => {
        const isIn = (each: string) => {
          const resolved = path.posix.resolve('/root', each);
          return resolved === '/root' || resolved.startsWith('/root/');
        };
        if (flaws([file(where)])[0] === undefined) expect(isIn(where)).toBe(true);
        const stripped = where
          .split('/')
          .filter((each) => each !== '' && each !== '.')
          .slice(strip);
        if (stripped.length === 0 || flaws([link(where, target)], strip)[0] !== undefined) return;
        expect(path.posix.isAbsolute(target)).toBe(false);
        expect(isIn(path.posix.join(...stripped.slice(0, -1), target))).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });
});
