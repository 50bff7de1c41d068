/** How long to wait before the nth try again (from 0): longer each time, never twice the same for two who collide. */
export function backoffMs(
  attempt: number,
  { firstMs, mostMs }: { readonly firstMs: number; readonly mostMs: number },
  random: () => number,
): number {
  const ceiling = Math.min(mostMs, firstMs * 2 ** attempt);
  return Math.round(ceiling / 2 + (random() * ceiling) / 2);
}
