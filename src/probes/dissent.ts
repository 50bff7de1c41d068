import { firstLine } from './capped-text.ts';

/** Of a line that begins alike everywhere, so much is shown before the place where it differs. */
const shownBefore = 20;
const longBeginning = 60;

/**
 * What each of the texts says in the first line in which they are not all the same, in their order: from its beginning,
 * or from shortly before the place where they part. Undefined when the texts are the same.
 */
export function whereTheyDiffer(texts: readonly string[]): readonly string[] | undefined {
  const all = texts.map((text) => text.split('\n'));
  const longest = Math.max(0, ...all.map((lines) => lines.length));
  for (let index = 0; index < longest; index += 1) {
    const lines = all.map((each) => each[index] ?? '');
    if (new Set(lines).size > 1) return shorten(lines);
  }
  return undefined;
}

function shorten(lines: readonly string[]): readonly string[] {
  const alike = commonBeginning(lines);
  const start = alike > longBeginning ? alike - shownBefore : 0;
  return lines.map((line) => {
    const rest = firstLine(line.slice(start));
    if (rest === '') return 'nothing';
    return start > 0 ? `…${rest}` : rest;
  });
}

function commonBeginning(lines: readonly string[]): number {
  const [first = '', ...others] = lines;
  const differs = Array.from(first).findIndex((_, at) =>
    others.some((other) => other[at] !== first[at]),
  );
  return differs === -1 ? first.length : differs;
}
