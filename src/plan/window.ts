import type { EventRule } from '../recipe/recipe.ts';

/** How many nodes a rule lets be under way at once; without a rule all of them, and never none. */
export function windowSize(rule: EventRule | undefined, nodes: number): number {
  if (rule?.mode === 'serial') return 1;
  const batch = rule?.batch;
  if (batch === undefined) return nodes;
  const size =
    typeof batch === 'number' ? batch : Math.floor((nodes * Number.parseInt(batch, 10)) / 100);
  return Math.min(nodes, Math.max(1, size));
}
