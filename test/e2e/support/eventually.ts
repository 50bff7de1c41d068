import { setTimeout as pause } from 'node:timers/promises';

const patienceMs = 20_000;

/** Resolves once the condition holds. */
export async function eventually(holds: () => Promise<boolean>): Promise<void> {
  const signal = AbortSignal.timeout(patienceMs);
  while (!(await holds())) await pause(50, undefined, { signal });
}
