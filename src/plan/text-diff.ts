import { createTwoFilesPatch, FILE_HEADERS_ONLY } from 'diff';

/** Texts with more differing lines than this are not worth reading side by side, and would take long to compare. */
const mostEdits = 1_000;
const contextLines = 3;

/**
 * What changes in a file, as a unified diff with its two header lines; a file that is not there (`before` is null) is
 * compared with /dev/null. Null when the texts have little in common.
 */
export function textDiff(path: string, before: string | null, after: string): string | null {
  const from = before === null ? '/dev/null' : path;
  const options = { context: contextLines, headerOptions: FILE_HEADERS_ONLY };
  const bound = before === null ? {} : { maxEditLength: mostEdits };
  const patch = createTwoFilesPatch(from, path, before ?? '', after, undefined, undefined, {
    ...options,
    ...bound,
  });
  return patch ?? null;
}
