import { PassThrough } from 'node:stream';
import type { Clock } from '../../../src/clock.ts';

/** A clock that stands still, so that snapshots do not change. */
export const stoppedClock: Clock = {
  now: () => 0,
  monotonicMs: () => 0,
  sleep: async () => undefined,
};

/** A terminal of `columns` columns that keeps what was written to it. */
export function fakeScreen(columns: number) {
  const chunks: string[] = [];
  const stream = new PassThrough().setEncoding('utf8').on('data', (chunk) => chunks.push(chunk));
  // Only what drawing needs of a terminal is there: its size and where to write.
  const screen = Object.assign(stream, { columns, rows: 40 }) as unknown as NodeJS.WriteStream;
  return {
    screen,
    written: () => chunks.join(''),
    /** What stands on it: what was written before rows were erased is gone. */
    visible: () => replay(chunks.join('')),
  };
}

/** Does what a terminal does with the few control sequences that are used. */
function replay(text: string): string {
  const lines: string[] = [];
  let row = 0;
  const type = (plain: string) => {
    for (const [index, part] of plain.split('\n').entries()) {
      if (index > 0) row += 1;
      lines[row] = (lines[row] ?? '') + part;
    }
  };
  const [first = '', ...sequences] = text.split('\u001b');
  type(first);
  for (const sequence of sequences) {
    const [control = ''] = /^\[\??\d*[A-Za-z]/.exec(sequence) ?? [];
    if (control === '[2K') lines[row] = '';
    if (control === '[1A') row -= 1;
    type(sequence.slice(control.length));
  }
  return lines.join('\n');
}
