import { setTimeout as pause } from 'node:timers/promises';

const usualPatienceMs = 60_000;

/** Resolves once the condition holds. */
export async function eventually(
  holds: () => Promise<boolean>,
  patienceMs = usualPatienceMs,
): Promise<void> {
  const signal = AbortSignal.timeout(patienceMs);
  while (!(await holds())) await pause(50, undefined, { signal });
}
