/** Colours for one stream; the functions return their text unchanged where colour is off. */
export interface Palette {
  good(text: string): string;
  bad(text: string): string;
  warn(text: string): string;
  strong(text: string): string;
  faint(text: string): string;
}

/** The palette for a stream that shows colour, or for one that does not. */
export function palette(color: boolean): Palette {
  const style = (open: number, close: number) => (text: string) =>
    color ? `\u001b[${open}m${text}\u001b[${close}m` : text;
  return {
    good: style(32, 39),
    bad: style(31, 39),
    warn: style(33, 39),
    strong: style(1, 22),
    faint: style(2, 22),
  };
}
