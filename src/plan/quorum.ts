import type { QuorumRule } from '../recipe/phase-schema.ts';

/** How many of a service's members must serve. */
export interface Quorum {
  readonly rule: QuorumRule;
  /** In each of these sets of ordinals enough must; two while a service grows, else one. */
  readonly sets: readonly (readonly number[])[];
}

/** What would be missing from a set of members. */
export interface Shortage {
  /** How many of the members would serve … */
  readonly serving: number;
  /** … how many must … */
  readonly needed: number;
  /** … and how many there are. */
  readonly members: number;
}

/** How many of `members` must serve. */
export function needed(rule: QuorumRule, members: number): number {
  return rule === 'majority' ? Math.floor(members / 2) + 1 : Math.max(0, members - rule.allBut);
}

/** What a quorum lacks when only these nodes serve; null when it holds. */
export function shortage({ rule, sets }: Quorum, serving: ReadonlySet<number>): Shortage | null {
  const shortages = sets.map(
    (set): Shortage => ({
      serving: set.filter((ordinal) => serving.has(ordinal)).length,
      needed: needed(rule, set.length),
      members: set.length,
    }),
  );
  return shortages.find((each) => each.serving < each.needed) ?? null;
}

/**
 * The largest size that `voters` members may grow to at once, so that they alone are a majority of it: nodes that join
 * without data may never outvote those that have it.
 */
export function largestGrowth(voters: number): number {
  return Math.max(1, 2 * voters - 1);
}
