/** The first line of a text that came from outside, without anything that moves the cursor or changes colours. */
export function printableLine(text: string): string {
  const [line = ''] = text.split(/[\r\n]/, 1);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: removing them is the point
  return line.replace(/[\x00-\x1f\x7f-\x9f]/g, '');
}
