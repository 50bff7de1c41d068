import { fileChange, wishedFile } from './file-change.ts';
import type { StepChange } from './plan.ts';
import { stepWords } from './step-title.ts';

/** One thing on a node that is not as it was applied. */
export interface DriftItem {
  /** The kind of the step that put it there, like `file` or `service`. */
  readonly kind: string;
  readonly what: string;
  /** In the node's own words. */
  readonly detail: string;
  /** From what is there to what was applied; null for what has no text to show. */
  readonly diff: string | null;
}

/**
 * What has changed on a node since it was worked on.
 * @param changes what would have to be done to have it again as it was applied
 * @param texts of the files that differ, by path
 */
export function nodeDrift(
  changes: readonly StepChange[],
  texts: ReadonlyMap<string, string>,
): readonly DriftItem[] {
  return changes.map(({ step, detail }) => {
    const file = wishedFile(step);
    const found = file === null ? { detail, diff: null } : fileChange(file, detail, texts);
    return { ...stepWords(step), detail: found.detail, diff: found.diff };
  });
}
