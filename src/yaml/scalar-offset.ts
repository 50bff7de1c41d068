import type { PositionNode } from './positions.ts';

const mark = '{{';

/**
 * Offset in the source of the character at `offset` of a scalar's decoded text.
 *
 * Quotes, escapes, folding and indentation make the two texts differ, so a template's place is told by its braces:
 * the n-th `{{` of the decoded text is the n-th `{{` of the source.
 */
export function offsetInScalar(source: string, node: PositionNode, offset: number): number {
  const decoded = node.text ?? '';
  const before = decoded.slice(0, offset + mark.length).split(mark).length - 1;
  const inDecoded = nthIndexOf(decoded, before);
  const inSource = nthIndexOf(source.slice(node.offset, node.end), before);
  if (inDecoded === -1 || inSource === -1) return node.offset;
  return node.offset + inSource + Math.max(0, offset - inDecoded);
}

function nthIndexOf(text: string, n: number): number {
  let index = -1;
  for (let found = 0; found < n; found++) {
    index = text.indexOf(mark, index === -1 ? 0 : index + mark.length);
    if (index === -1) return -1;
  }
  return index;
}
