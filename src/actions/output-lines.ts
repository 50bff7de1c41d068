import { StringDecoder } from 'node:string_decoder';

/** Cuts what a command writes into lines as it comes; the last one may lack its end. */
export interface OutputLines {
  push(chunk: Buffer): void;
  end(): void;
}

/** {@link OutputLines} that hand each line over without its line break. */
export function outputLines(onLine: (line: string) => void): OutputLines {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  const take = (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) onLine(line.replace(/\r$/, ''));
  };
  return {
    push: (chunk) => take(decoder.write(chunk)),
    end: () => {
      take(decoder.end());
      if (rest !== '') onLine(rest);
      rest = '';
    },
  };
}
