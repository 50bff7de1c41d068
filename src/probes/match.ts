import { firstLine } from './capped-text.ts';
import { compareLines, describeDifference, linesOf } from './lines.ts';
import type { ProbeAnswer } from './probe-kind.ts';

/** What an answer must say; any answer that worked will do where nothing is wanted. */
export interface Wanted {
  /** Regular expression that its text must match, with `^` and `$` at every line. */
  readonly match?: string | undefined;
  /** How often the pattern must be found in the text, exactly; at least once when undefined. */
  readonly times?: number | undefined;
  /** The lines that the text must consist of, in any order; then there is no pattern. */
  readonly lines?: string | undefined;
}

/** Whether an answer is the one that was wished for. */
export interface Match {
  readonly matched: boolean;
  /** What was found, or why not, in a few words. */
  readonly detail: string;
  /** What of the answer counts where nodes must agree: what the pattern captured, else the whole text. */
  readonly said: string;
}

/**
 * Whether the answer worked and its text says what is wanted. The detail is the first group of the pattern, where it
 * has one.
 */
export function matches({ match, times, lines }: Wanted, answer: ProbeAnswer): Match {
  const said = answer.text.trim();
  if (!answer.ok) return { matched: false, detail: answer.detail, said };
  if (lines !== undefined) return consistsOf(lines, answer.text);
  if (match === undefined) return { matched: true, detail: answer.detail, said };
  const all = answer.text.matchAll(new RegExp(match, 'gm'));
  const found = Array.from(all, ([whole, group]) => group ?? whole);
  const [first] = found;
  if (times !== undefined) return isFound(times, found, said);
  if (first !== undefined) return { matched: true, detail: firstLine(first), said: first.trim() };
  return { matched: false, detail: `no match: ${shown(said)}`, said };
}

function isFound(times: number, found: readonly string[], said: string): Match {
  const matched = found.length === times;
  // Texts that differ would only keep nodes from being told together that found equally many.
  const [same = ''] = new Set(found).size === 1 ? found : [];
  const what = found.length === 0 ? shown(said) : firstLine(same);
  const suffix = what === '' ? '' : `: ${what}`;
  if (matched) {
    const detail = times === 0 ? 'not found' : `found ${inTimes(times)}${suffix}`;
    return { matched, detail, said: found.map((each) => each.trim()).join('\n') };
  }
  return { matched, detail: `found ${inTimes(found.length)} instead of ${times}${suffix}`, said };
}

function consistsOf(lines: string, text: string): Match {
  const found = linesOf(text);
  const difference = describeDifference(compareLines(linesOf(lines), found));
  return {
    matched: difference === '',
    detail: difference || firstLine(found.join(', ')) || 'no lines',
    said: found.toSorted().join('\n'),
  };
}

function inTimes(count: number): string {
  return count === 1 ? 'once' : `${count} times`;
}

function shown(said: string): string {
  return firstLine(said) || 'an empty answer';
}
