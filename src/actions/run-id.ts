import { randomBytes } from 'node:crypto';

/** A name for one run that changes things: when it began, and enough chance to be its own. */
export function makeRunId(nowMs: number): string {
  const time = new Date(nowMs).toISOString().replaceAll(/[-:]|\.\d+Z/g, '');
  return `${time}-${randomBytes(3).toString('hex')}`;
}
