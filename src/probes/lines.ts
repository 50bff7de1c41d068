import { firstLine } from './capped-text.ts';

/** More lines than these are only counted, in a message. */
const mostNamed = 3;

/** How the lines of a text differ from those that were expected, whatever their order. */
export interface LineDifference {
  /** Expected and not there; a line that is expected twice and there once is missing once. */
  readonly missing: readonly string[];
  /** There and not expected. */
  readonly surplus: readonly string[];
}

/** The lines of a text without the space around them; empty ones do not count. */
export function linesOf(text: string): readonly string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

/** What is missing among `found`, and what is too much. */
export function compareLines(
  expected: readonly string[],
  found: readonly string[],
): LineDifference {
  return { missing: without(expected, found), surplus: without(found, expected) };
}

/** The difference in words, like `missing "10.0.0.3"; surplus "10.0.0.9"`; empty when there is none. */
export function describeDifference({ missing, surplus }: LineDifference): string {
  const parts = { missing, surplus };
  return Object.entries(parts)
    .filter(([, lines]) => lines.length > 0)
    .map(([name, lines]) => `${name} ${nameLines(lines)}`)
    .join('; ');
}

function nameLines(lines: readonly string[]): string {
  const named = lines.slice(0, mostNamed).map((line) => `"${firstLine(line)}"`);
  const more = lines.length - named.length;
  return `${named.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

function without(lines: readonly string[], others: readonly string[]): readonly string[] {
  const left = new Map<string, number>();
  for (const line of others) left.set(line, (left.get(line) ?? 0) + 1);
  return lines.filter((line) => {
    const count = left.get(line) ?? 0;
    left.set(line, count - 1);
    return count <= 0;
  });
}
