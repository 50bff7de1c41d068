/** Bytes as millions of them, for people: whole above ten, else with one digit behind the point. */
export function megabytes(bytes: number): string {
  const millions = bytes / 1_000_000;
  return millions >= 10 || Number.isInteger(millions)
    ? String(Math.round(millions))
    : millions.toFixed(1);
}
