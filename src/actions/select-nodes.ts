import { UsageError } from '../errors.ts';
import { nearest } from '../suggest.ts';
import type { Node } from './nodes.ts';

/** What stands before the name of a role. */
const rolePrefix = 'role=';

/** A node that can be chosen by its ordinal, its name or one of its roles. */
export interface Selectable extends Pick<Node, 'name' | 'ordinal'> {
  readonly roles: readonly string[];
}

/**
 * Which of the nodes the words mean: ordinals like `2`, names like `zookeeper-default-2`, all of a role like
 * `role=server`, or all when there are no words. The role of a used recipe is `consul.server`, or `server` where no other
 * recipe of the cluster has one of that name.
 * @throws {UsageError} `unknown-node` naming the nodes there are, `unknown-role` naming their roles
 */
export function selectNodes(
  nodes: readonly Selectable[],
  words: readonly string[],
): ReadonlySet<number> {
  if (words.length === 0) return new Set(nodes.map(({ ordinal }) => ordinal));
  const ordinals = words.flatMap((word) =>
    word.startsWith(rolePrefix)
      ? ordinalsWith(nodes, word.slice(rolePrefix.length))
      : [ordinalOf(nodes, word)],
  );
  return new Set(ordinals);
}

/**
 * Which of the nodes the words mean, ordinals or names; none when there are no words.
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

function ordinalsWith(nodes: readonly Selectable[], role: string): readonly number[] {
  const known = [...new Set(nodes.flatMap(({ roles }) => roles))];
  const meant = known.includes(role) ? [role] : known.filter((each) => each.endsWith(`.${role}`));
  if (meant.length === 1) {
    return nodes.flatMap(({ ordinal, roles }) =>
      meant.some((each) => roles.includes(each)) ? ordinal : [],
    );
  }
  if (meant.length > 1) {
    throw new UsageError('unknown-role', `several recipes have a role "${role}"`, {
      hint: `Say which: ${meant.map((each) => `${rolePrefix}${each}`).join(' or ')}.`,
    });
  }
  const near = nearest(role, known);
  const question = near === undefined ? '' : `Did you mean "${near}"? `;
  throw new UsageError('unknown-role', `no node has the role "${role}"`, {
    hint: `${question}The roles are ${known.join(', ')}.`,
  });
}
