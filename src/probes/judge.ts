import { z } from 'zod';
import { whereTheyDiffer } from './dissent.ts';
import type { Match } from './match.ts';

const count = z.int().min(0);

/** Which of the nodes must match, as a recipe writes it. */
export const OnSchema = z.union(
  [
    z.enum(['every', 'first', 'any', 'others']),
    z.strictObject({ exactly: count }),
    z.strictObject({ atLeast: count.min(1) }),
  ],
  'expected every, first, any, others, {exactly: N} or {atLeast: N}',
);

/** Which of the nodes must match: `others` are all but the first. */
export type On = z.infer<typeof OnSchema>;

const mostNamed = 6;

/** What one node answered. */
export interface NodeMatch extends Match {
  readonly node: string;
}

/** Whether the nodes together answered as wished. */
export interface Judgement {
  readonly ok: boolean;
  /** Equal answers with their nodes, like `node-2: leader; node-1, node-3: follower`. */
  readonly detail: string;
}

/**
 * Whether enough of the nodes match, and all that match say the same where they must `agree`; `results` are in the
 * order of the nodes. Where there is no other node `others` holds, so that a cluster of one can be proven; no node at
 * all satisfies nothing.
 */
export function judge(on: On, results: readonly NodeMatch[], agree = false): Judgement {
  if (results.length === 0) return { ok: false, detail: 'there is no node to ask' };
  const asked = nodesInQuestion(on, results);
  if (asked.length === 0) return { ok: true, detail: 'there is no other node' };
  const matched = asked.filter((result) => result.matched).length;
  if (isEnough(on, matched, asked.length)) {
    const telling = matched === 0 ? asked : asked.filter((result) => result.matched);
    const dissent = agree ? whereTheyDiffer(telling.map(({ said }) => said)) : undefined;
    if (dissent !== undefined) {
      const said = telling.map(({ node }, index) => ({ node, detail: dissent[index] ?? '' }));
      return { ok: false, detail: `the answers differ: ${groupAnswers(said)}` };
    }
    return { ok: true, detail: groupAnswers(telling) };
  }
  const answers = groupAnswers(asked);
  const detail = `${matched} of ${asked.length} match, expected ${describeOn(on)}: ${answers}`;
  return { ok: false, detail };
}

/** Whether enough of the nodes can come to match, when only those can that are marked as true. */
export function canHold(on: On, able: readonly boolean[]): boolean {
  const asked = nodesInQuestion(on, able);
  const most = typeof on === 'object' && 'exactly' in on ? { atLeast: on.exactly } : on;
  return isEnough(most, asked.filter((each) => each).length, asked.length);
}

function nodesInQuestion<T>(on: On, results: readonly T[]): readonly T[] {
  if (on === 'first') return results.slice(0, 1);
  return on === 'others' ? results.slice(1) : results;
}

function isEnough(on: On, matched: number, asked: number): boolean {
  if (on === 'any') return matched > 0;
  if (typeof on === 'string') return matched === asked;
  return 'exactly' in on ? matched === on.exactly : matched >= on.atLeast;
}

function describeOn(on: On): string {
  if (on === 'first') return 'the first';
  if (typeof on === 'string') return on;
  return 'exactly' in on ? `exactly ${on.exactly}` : `at least ${on.atLeast}`;
}

function groupAnswers(results: readonly Pick<NodeMatch, 'node' | 'detail'>[]): string {
  const nodesOf = new Map<string, string[]>();
  for (const { node, detail } of results) {
    nodesOf.set(detail, [...(nodesOf.get(detail) ?? []), node]);
  }
  return [...nodesOf].map(([detail, nodes]) => `${nameNodes(nodes)}: ${detail}`).join('; ');
}

/** The nodes by name, as long as somebody would read them. */
function nameNodes(nodes: readonly string[]): string {
  return nodes.length > mostNamed ? `${nodes.length} nodes` : nodes.join(', ');
}
