import { formatElapsed } from './format-elapsed.ts';
import { formatTable } from './format-table.ts';

/** What there is to say about a cluster that has just been proven. */
export interface ReadyCluster {
  readonly ms: number;
  readonly changed: boolean;
  /** What the recipe tells its users, like `connect` and the addresses to connect to. */
  readonly outputs: Readonly<Record<string, string>>;
  /** How many calls the cloud got, by what they ask for. */
  readonly calls: Readonly<Record<string, number>>;
  /** Commands for what people do next, under one word each. */
  readonly next: Readonly<Record<string, string>>;
}

/** The closing lines of a create: `ready in 16.8s`, how to use the cluster, look at it and remove it. */
export function formatReady({ ms, changed, outputs, calls, next }: ReadyCluster): string[] {
  const first = `ready in ${formatElapsed(ms)}${changed ? '' : ', nothing had to change'}`;
  const entries = Object.entries({ ...outputs, ...next, ...countedCalls(calls) });
  const rows = entries.map(([word, text]) => [`  ${word.padEnd(8)}`, text.trim()]);
  return [first, ...formatTable([], rows)];
}

function countedCalls(calls: ReadyCluster['calls']): Readonly<Record<string, string>> {
  const counts = Object.entries(calls).toSorted(([, left], [, right]) => right - left);
  if (counts.length === 0) return {};
  const total = counts.reduce((sum, [, count]) => sum + count, 0);
  return { calls: `${total}: ${counts.map(([name, count]) => `${name} ${count}`).join(', ')}` };
}
