/** As many characters as the value of a tag may have. */
const mostCharacters = 256;

/** The ordinals as ranges, like `1-3,7`, in as many texts as a tag's length asks for; they are read one after the other. */
export function formatOrdinals(ordinals: readonly number[]): readonly string[] {
  const texts: string[] = [];
  for (const range of rangesOf(ordinals)) {
    const last = texts.at(-1);
    if (last === undefined || last.length + 1 + range.length > mostCharacters) texts.push(range);
    else texts[texts.length - 1] = `${last},${range}`;
  }
  return texts;
}

function rangesOf(ordinals: readonly number[]): readonly string[] {
  const ranges: { first: number; last: number }[] = [];
  for (const ordinal of ordinals) {
    const range = ranges.at(-1);
    if (range !== undefined && ordinal === range.last + 1) range.last = ordinal;
    else ranges.push({ first: ordinal, last: ordinal });
  }
  return ranges.map(({ first, last }) => (first === last ? `${first}` : `${first}-${last}`));
}

/** The list behind `1-3,7`, in the tag's order; `null` when the text is no such list. */
export function parseOrdinals(text: string): readonly number[] | null {
  const ordinals: number[] = [];
  for (const range of text.split(',')) {
    const match = /^(\d{1,6})(?:-(\d{1,6}))?$/.exec(range);
    if (match === null) return null;
    const first = Number(match[1]);
    const last = Number(match[2] ?? match[1]);
    for (let ordinal = first; ordinal <= last; ordinal += 1) ordinals.push(ordinal);
  }
  return ordinals;
}
