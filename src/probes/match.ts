import { firstLine } from './capped-text.ts';
import type { ProbeAnswer } from './probe-kind.ts';

/** Whether an answer is the one that was wished for. */
export interface Match {
  readonly matched: boolean;
  /** What was found, or why not, in a few words. */
  readonly detail: string;
}

/**
 * Whether the answer worked and its text holds `pattern`, a regular expression with `^` and `$` at every line;
 * without a pattern any answer that worked will do. The detail is the first group, where the pattern has one.
 */
export function matches(pattern: string | undefined, answer: ProbeAnswer): Match {
  if (!answer.ok || pattern === undefined) return { matched: answer.ok, detail: answer.detail };
  const found = new RegExp(pattern, 'm').exec(answer.text);
  if (found !== null) return { matched: true, detail: firstLine(found[1] ?? found[0]) };
  const said = firstLine(answer.text);
  return {
    matched: false,
    detail: said === '' ? 'no match: an empty answer' : `no match: ${said}`,
  };
}
