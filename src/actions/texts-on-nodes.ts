import { toDeployerError } from '../errors.ts';
import { fileTexts } from '../node/file-texts.ts';
import type { ActionContext } from './context.ts';
import type { ReachedNode } from './reach-nodes.ts';

/** By ordinal: texts of files on the node, by path. */
export type TextsOnNodes = ReadonlyMap<number, ReadonlyMap<string, string>>;

/**
 * The texts of these files of each node, one question a node and none where there are no files. A node that does not
 * answer any more has no texts, which is told.
 * @param paths by ordinal
 */
export async function textsOnNodes(
  nodes: readonly ReachedNode[],
  paths: ReadonlyMap<number, readonly string[]>,
  { emit, clock, signal }: ActionContext,
): Promise<TextsOnNodes> {
  const texts = nodes.map(async ({ ordinal, name, remote }) => {
    try {
      const found = await fileTexts(remote, paths.get(ordinal) ?? [], { clock, signal });
      return [ordinal, found] as const;
    } catch (error) {
      signal.throwIfAborted();
      const message = `${name}: no differences within files: ${toDeployerError(error).message}`;
      emit({ type: 'notice', level: 'warning', message });
      return [ordinal, new Map<string, string>()] as const;
    }
  });
  return new Map(await Promise.all(texts));
}
