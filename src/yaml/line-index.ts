/** Turns character offsets of one text into lines and columns. */
export interface LineIndex {
  /** Line and column, both counted from 1, of the character at `offset`. */
  at(offset: number): { readonly line: number; readonly column: number };
  /** The whole line that holds `offset`, without its line break. */
  text(offset: number): string;
}

/** The {@link LineIndex} of `text`; line breaks are `\n`, `\r\n` or a lone `\r`, as in YAML. */
export function lineIndex(text: string): LineIndex {
  const starts = [
    0,
    ...Array.from(text.matchAll(/\r\n?|\n/g), (match) => match.index + match[0].length),
  ];
  const lineOf = (offset: number): number => {
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  };
  return {
    at: (offset) => {
      const line = lineOf(Math.max(0, offset));
      return { line: line + 1, column: Math.max(0, offset) - (starts[line] ?? 0) + 1 };
    },
    text: (offset) => {
      const line = lineOf(Math.max(0, offset));
      return text.slice(starts[line], starts[line + 1]).replace(/[\r\n]+$/, '');
    },
  };
}
