/**
 * The words of a line of ssh_config: the keyword, then its arguments. Quotes of both kinds hold words with blanks
 * together, a backslash keeps a quote or another backslash from its meaning, `=` may stand behind the keyword, and a
 * word that begins with `#` begins a comment. Null when a quote is not closed.
 */
export function wordsOf(line: string): readonly string[] | null {
  const [, keyword = '', rest = ''] = /^\s*([^\s=#"']+)(?:\s*=\s*|\s+|$)(.*)$/s.exec(line) ?? [];
  if (keyword === '') return line.trim() === '' || /^\s*#/.test(line) ? [] : null;
  const words = argumentsOf(rest);
  return words === null ? null : [keyword, ...words];
}

/** The arguments of a line whose keyword was taken off. */
function argumentsOf(text: string): readonly string[] | null {
  const words: string[] = [];
  let word: string | undefined;
  let quote = '';
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at] ?? '';
    const following = text[at + 1] ?? '';
    if (character === '\\' && escapable(following, quote)) {
      word = (word ?? '') + following;
      at += 1;
    } else if (quote !== '') {
      if (character === quote) quote = '';
      else word += character;
    } else if (character === '"' || character === "'") {
      quote = character;
      word ??= '';
    } else if (/\s/.test(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (character === '#' && word === undefined) {
      return words;
    } else {
      word = (word ?? '') + character;
    }
  }
  if (quote !== '') return null;
  return word === undefined ? words : [...words, word];
}

function escapable(character: string, quote: string): boolean {
  return ['"', "'", '\\'].includes(character) || (quote === '' && character === ' ');
}
