import { megabytes } from './megabytes.ts';

/** Hears how many bytes are there, and of how many; undefined where nobody knows. */
export type OnBytes = (bytes: number, total: number | undefined) => void;

/** Tells how far `name` is, like `cassandra 34 of 66 MB`, whenever that reads differently than before. */
export function describeProgress(name: string, tell: (text: string) => void): OnBytes {
  let told = '';
  return (bytes, total) => {
    const all = total === undefined ? '' : ` of ${megabytes(total)}`;
    const text = `${name} ${megabytes(bytes)}${all} MB`;
    if (text !== told) tell(text);
    told = text;
  };
}
