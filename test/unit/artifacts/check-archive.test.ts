import { execFileSync, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readdirSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { checkArchive } from '../../../src/artifacts/check-archive.ts';
import { temporaryFolders } from '../../support/temporary-folder.ts';
import { type RawEntry, rawTar, rawTarGz, rawZip } from './support/raw-archives.ts';

const newFolder = temporaryFolders();
const hasXz = spawnSync('xz', ['--version']).error === undefined;
const honest: readonly RawEntry[] = [
  { name: 'thing-1.0/', type: '5' },
  { name: 'thing-1.0/bin/thing', content: '#!/bin/sh\n', mode: 0o755 },
  { name: 'thing-1.0/bin/alias', type: '2', target: 'thing' },
  { name: 'thing-1.0/lib/x.jar', content: 'x'.repeat(10_000) },
];

const packers = {
  'tar.gz': rawTarGz,
  'tar.xz': (entries: readonly RawEntry[]) =>
    execFileSync('xz', ['-c'], { input: rawTar(entries) }),
  zip: (entries: readonly RawEntry[]) => rawZip(entries.filter(({ type }) => type !== '5')),
};

const formats = (['tar.gz', 'tar.xz', 'zip'] as const).filter((each) => each !== 'tar.xz' || hasXz);

/** What this process has open. */
function openFiles(): readonly string[] {
  return readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      return [readlinkSync(`/proc/self/fd/${fd}`)];
    } catch {
      return [];
    }
  });
}

describe.each(formats)('a %s archive', (format) => {
  const check = (content: Buffer, strip = 1) => {
    const path = join(newFolder(), 'archive');
    writeFileSync(path, content);
    return checkArchive(path, { format, strip }, 'thing 1.0');
  };

  test('is let through, and the room that it takes is told', async () => {
    const bytes = await check(packers[format](honest));
    expect(bytes).toBeGreaterThan(10_000);
    expect(bytes).toBeLessThan(100_000);
  });

  test.each<[string, RawEntry, RegExp]>([
    ['a path that goes up', { name: 'thing-1.0/../../evil', content: 'x' }, /path holds "\.\."/],
    ['an absolute path', { name: '/etc/cron.d/evil', content: 'x' }, /path is absolute/],
    ['a link that leaves', { name: 'thing-1.0/x', type: '2', target: '/etc' }, /leads to \/etc/],
    ['a device', { name: 'thing-1.0/null', type: '3' }, /no file, folder or link/],
  ])('with %s is refused, and the entry is named', async (_, entry, excerpt) => {
    await expect(check(packers[format]([...honest, entry]))).rejects.toMatchObject({
      code: 'unsafe-archive',
      message: expect.stringContaining(JSON.stringify(entry.name)),
      excerpt: expect.stringMatching(excerpt),
    });
  });

  test('is closed when it is refused before its end, and holds up no other', async () => {
    const evil = { name: '/evil', content: 'x' };
    const rest = { name: 'thing-1.0/rest', content: randomBytes(150_000).toString('hex') };
    const path = join(newFolder(), 'archive');
    writeFileSync(path, packers[format]([evil, rest]));
    await expect(checkArchive(path, { format, strip: 1 }, 'thing 1.0')).rejects.toMatchObject({
      code: 'unsafe-archive',
    });
    await vi.waitFor(() => expect(openFiles()).not.toContain(path));
    expect(await check(packers[format](honest))).toBeGreaterThan(10_000);
  });

  test('that is cut short is refused, wherever it was cut', async () => {
    const whole = packers[format](honest);
    for (const part of [0.2, 0.5, 0.9]) {
      const cut = whole.subarray(0, Math.floor(whole.length * part));
      await expect(check(cut)).rejects.toMatchObject({ code: 'bad-archive' });
    }
  });

  test('that is something else is refused', async () => {
    await expect(check(Buffer.from('hello'.repeat(1000)))).rejects.toMatchObject({
      code: 'bad-archive',
    });
  });

  test('of which nothing is left is refused', async () => {
    await expect(check(packers[format](honest), 5)).rejects.toMatchObject({
      code: 'empty-archive',
    });
  });
});
