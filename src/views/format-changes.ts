import { joinNames } from './node-names.ts';
import type { Palette } from './palette.ts';
import { printableLine } from './printable-line.ts';

/** One thing that changes on a node, or has changed. */
export interface ShownChange {
  /** What it is about, like `file /etc/hosts`. */
  readonly title: string;
  readonly detail: string;
  /** A unified diff with its two header lines. */
  readonly diff: string | null;
}

/** What a node says of a file whose diff tells the same. */
const seenInDiff: ReadonlySet<string> = new Set(['content differs', 'not there']);

/**
 * Changes under the names of their nodes: what is equal on several of them once, under all their names, also where each
 * speaks of itself by name.
 */
export function formatChanges(
  nodes: readonly { readonly name: string; readonly changes: readonly ShownChange[] }[],
  paint: Palette,
): string[] {
  const holders = new Map<
    string,
    { readonly names: string[]; readonly change: ShownChange; readonly isOwn: boolean }
  >();
  for (const { name, changes } of nodes) {
    for (const change of changes) {
      const text = JSON.stringify([change.title, change.detail, change.diff]);
      const key = text.replaceAll(name, '‹name›');
      const held = holders.get(key) ?? { names: [], change, isOwn: key !== text };
      holders.set(key, held);
      held.names.push(name);
    }
  }
  const groups = new Map<string, string[]>();
  for (const { names, change, isOwn } of holders.values()) {
    const own = isOwn && names.length > 1 ? ', each with its own name' : '';
    const heading = `${joinNames(names)}${own}`;
    groups.set(heading, [...(groups.get(heading) ?? []), ...formatChange(change, paint)]);
  }
  return [...groups].flatMap(([heading, lines]) => [
    paint.strong(heading),
    ...lines.map((line) => `  ${line}`),
  ]);
}

function formatChange({ title, detail, diff }: ShownChange, paint: Palette): string[] {
  const isTold = detail === '' || (diff !== null && seenInDiff.has(detail));
  const note = isTold ? '' : `  ${paint.faint(printableLine(detail))}`;
  const lines = formatDiff(diff, paint).map((line) => `  ${line}`);
  return [`${printableLine(title)}${note}`, ...lines];
}

function formatDiff(diff: string | null, paint: Palette): string[] {
  if (diff === null) return [];
  const [, , ...lines] = diff.trimEnd().split('\n');
  // A new file is one hunk, and where it stands is no news.
  const isNew = diff.startsWith('--- /dev/null');
  return lines
    .filter((line) => !(isNew && line.startsWith('@@')))
    .map((line) => paintLine(printableLine(line.replaceAll('\t', '    ')), paint));
}

function paintLine(line: string, paint: Palette): string {
  if (line.startsWith('+')) return paint.good(line);
  if (line.startsWith('-')) return paint.bad(line);
  return line.startsWith('@@') ? paint.faint(line) : line;
}
