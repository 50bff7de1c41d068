import { asCount, asText, nonZero } from './values.ts';

/** The sum of numbers. */
export function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}

/**
 * The signed range of so many bits cut into equal parts, and of their starts those numbered `first`, `first` + `stride`, …:
 * whole numbers of more than 53 bits, so they are texts.
 */
export function spread(bits: unknown, total: unknown, first: unknown, stride: unknown): string[] {
  const parts = nonZero(asCount(total));
  const step = nonZero(asCount(stride));
  const range = 2n ** BigInt(asCount(bits));
  const starts: string[] = [];
  for (let part = asCount(first); part < parts; part += step) {
    starts.push(String((range * BigInt(part)) / BigInt(parts) - range / 2n));
  }
  return starts;
}

/** Whether a version is that one or a later one, number by number. */
export function versionAtLeast(version: unknown, least: unknown): boolean {
  const [have, want] = [numbersOf(version), numbersOf(least)];
  for (let place = 0; place < Math.max(have.length, want.length); place++) {
    const difference = (have[place] ?? 0) - (want[place] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
}

/** The numbers at the start of a version. */
function numbersOf(version: unknown): number[] {
  const [numbers] = /^\d+(\.\d+)*/.exec(asText(version)) ?? [];
  if (numbers !== undefined) return numbers.split('.').map(Number);
  throw new TypeError('expected a version that begins with a number');
}
