import type { DeployerEvent } from '../events.ts';
import type { Palette } from './palette.ts';

/** The lines of a notice: a warning says that it is one, a hint stands indented below. */
export function formatNotice(
  notice: Extract<DeployerEvent, { type: 'notice' }>,
  paint: Palette,
): string[] {
  const { level, message, hint } = notice;
  const first = level === 'warning' ? `${paint.warn('warning:')} ${message}` : message;
  return hint === undefined ? [first] : [first, ...hint.split('\n').map((line) => `  ${line}`)];
}
