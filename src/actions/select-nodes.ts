import { UsageError } from '../errors.ts';
import type { Node } from './nodes.ts';

/**
 * Which of the nodes the words mean: ordinals like `2`, names like `zookeeper-default-2`, or all when there are none.
 * @throws {UsageError} `unknown-node` naming the nodes there are
 */
export function selectNodes(
  nodes: readonly Pick<Node, 'name' | 'ordinal'>[],
  words: readonly string[],
): ReadonlySet<number> {
  if (words.length === 0) return new Set(nodes.map(({ ordinal }) => ordinal));
  return nodesNamed(nodes, words);
}

/**
 * Which of the nodes the words mean; none when there are no words.
 * @throws {UsageError} `unknown-node` naming the nodes there are
 */
export function nodesNamed(
  nodes: readonly Pick<Node, 'name' | 'ordinal'>[],
  words: readonly string[],
): ReadonlySet<number> {
  return new Set(words.map((word) => ordinalOf(nodes, word)));
}

function ordinalOf(nodes: readonly Pick<Node, 'name' | 'ordinal'>[], word: string): number {
  const found = nodes.find(({ name, ordinal }) => name === word || String(ordinal) === word);
  if (found !== undefined) return found.ordinal;
  throw new UsageError('unknown-node', `there is no node "${word}"`, {
    hint: `The nodes are ${nodes.map(({ name, ordinal }) => `${ordinal} (${name})`).join(', ')}.`,
  });
}
