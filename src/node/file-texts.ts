import { type AskOptions, ask } from './ask.ts';
import type { NodeConnection } from './connection.ts';
import { questionScript } from './script.ts';

const longestBytes = 256 * 1024;

/**
 * The text of each of the files, by path, in one question. Left out are files that are missing, longer than 256 KiB, or
 * binary (with a NUL character).
 * @throws {DeployerError} as {@link ask}.
 */
export async function fileTexts(
  node: NodeConnection,
  paths: readonly string[],
  options: AskOptions,
): Promise<ReadonlyMap<string, string>> {
  if (paths.length === 0) return new Map();
  const script = questionScript(['report_files', String(longestBytes), ...paths]);
  const frames = await ask(node, script, options);
  return new Map(
    frames
      .filter((frame) => frame.type === 'content')
      .map(({ place, text }) => [paths[place] ?? '', text] as const)
      .filter(([, text]) => !text.includes('\0')),
  );
}
