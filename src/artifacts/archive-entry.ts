import path from 'node:path';

/** One entry of an archive, as it says of itself. */
export interface ArchiveEntry {
  readonly path: string;
  readonly type: 'file' | 'directory' | 'symlink' | 'hardlink' | 'other';
  /** Where a link leads; empty for others. */
  readonly target: string;
  /** In bytes, once it is unpacked. */
  readonly size: number;
}

/** Judges the entries of one archive, in their order. */
export interface EntryJudge {
  /** What is wrong with unpacking this entry; undefined when nothing is. */
  flawOf(entry: ArchiveEntry): string | undefined;
}

/** A judge of the entries of an archive of which the first `strip` names of every path are left out. */
export function createEntryJudge(strip: number): EntryJudge {
  const links = new Set<string>();
  return {
    flawOf(entry) {
      const flaw = flawOfPath(entry.path);
      if (flaw !== undefined) return flaw;
      const names = entry.path.split('/').filter((name) => name !== '' && name !== '.');
      const place = names.slice(strip);
      const through = names.findIndex((_, index) => links.has(names.slice(0, index).join('/')));
      if (through !== -1) return 'it lies behind a link of the same archive';
      if (entry.type === 'other') return 'it is no file, folder or link';
      if (entry.type === 'hardlink') return flawOfPath(entry.target);
      if (entry.type !== 'symlink') return undefined;
      links.add(names.join('/'));
      return place.length === 0 ? undefined : flawOfLink(place, entry.target);
    },
  };
}

function flawOfPath(text: string): string | undefined {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: refusing them is the point
  if (/[\x00-\x1f\x7f]/.test(text)) return 'its path holds control characters';
  if (text.includes('\\')) return 'its path holds a backslash';
  if (text.startsWith('/') || /^[A-Za-z]:/.test(text)) return 'its path is absolute';
  if (text.split('/').includes('..')) return 'its path holds ".."';
  return undefined;
}

/** A link may go up only at its beginning: behind another link, ".." leads elsewhere than it seems. */
function flawOfLink(place: readonly string[], target: string): string | undefined {
  if (path.posix.isAbsolute(target)) return `it leads to ${target}`;
  const names = target.split('/').filter((name) => name !== '' && name !== '.');
  const down = names.findIndex((name) => name !== '..');
  const up = down === -1 ? names.length : down;
  if (up > place.length - 1) return `it leads out of its folder, to ${target}`;
  return names.slice(up).includes('..') ? `it leads to ${target}` : undefined;
}
