/**
 * The text as one word of POSIX sh that stands for exactly these characters, whatever they are.
 * Every value that reaches a shell on a node goes through here.
 * @throws {RangeError} when the text holds a NUL, which no word of sh can carry.
 */
export function quote(text: string): string {
  if (text.includes('\0')) throw new RangeError('a shell word cannot hold a NUL character');
  return /^[A-Za-z0-9_/.:@%+,][A-Za-z0-9_/.:@%+,-]*$/.test(text)
    ? text
    : `'${text.replaceAll("'", () => "'\\''")}'`;
}

/** The words as one simple command of POSIX sh. */
export function quoteAll(words: readonly string[]): string {
  return words.map(quote).join(' ');
}
