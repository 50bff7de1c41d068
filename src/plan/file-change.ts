import type { Step } from '../node/step-kinds.ts';
import { unitFileName } from '../node/values.ts';
import { textDiff } from './text-diff.ts';

/** A whole file that a step puts on a node. */
export interface WishedFile {
  readonly path: string;
  readonly mode: string;
  readonly content: string;
  /** Whether its text is shown to nobody. */
  readonly secret: boolean;
}

/** One file that differs. */
export interface FileChange {
  readonly path: string;
  /** From what is on the node to what is wished; null where there is no text to show, or the text does not differ. */
  readonly diff: string | null;
  /** In the node's own words; empty where its machine does not exist yet. */
  readonly detail: string;
}

/** The words of a node for a file that does not exist; see `file_differs` in `node/runtime/files.sh`. */
const absent = 'not there';

/** The file that a step puts on its node; null for a step that puts none there. */
export function wishedFile(step: Step): WishedFile | null {
  if ('file' in step) {
    const { path, mode, content, secret = false } = step.file;
    return { path, mode: mode ?? (secret ? '0600' : '0644'), content, secret };
  }
  if ('unit' in step) {
    const { name, content } = step.unit;
    return { path: unitPath(name), mode: '0644', content, secret: false };
  }
  return null;
}

/** Paths of the files whose texts are needed to show how they differ. */
export function pathsToShow(steps: readonly Step[]): readonly string[] {
  return steps.flatMap((step) => {
    const file = wishedFile(step);
    return file === null || file.secret ? [] : file.path;
  });
}

/**
 * How a file differs.
 * @param detail what the node said of it; empty where there is no node yet
 * @param texts of the files on the node, by path; one that is missing, binary or long has none
 */
export function fileChange(
  { path, content, secret }: WishedFile,
  detail: string,
  texts: ReadonlyMap<string, string>,
): FileChange {
  const isNew = detail === '' || detail.startsWith(absent);
  if (secret) {
    return { path, diff: null, detail: isNew ? 'new (secret)' : `changed (secret): ${detail}` };
  }
  const before = isNew ? null : texts.get(path);
  const isShown = before !== undefined && before !== content;
  return { path, diff: isShown ? textDiff(path, before, content) : null, detail };
}

function unitPath(name: string): string {
  return `/etc/systemd/system/${unitFileName(name)}`;
}
