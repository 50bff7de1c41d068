import type { RoleCounts } from '../recipe/count-roles.ts';

/** The roles of the node with this ordinal: each is held by those with the smallest. */
export function rolesAt(counts: RoleCounts, ordinal: number): string[] {
  return Object.keys(counts).filter((role) => ordinal <= (counts[role] ?? 0));
}
