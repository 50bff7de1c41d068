import type { ActionContext } from './context.ts';
import type { Place } from './open-place.ts';

/** Tells of a run that is at work on the cluster: what is seen in the middle of it is not how the cluster will be. */
export async function tellOfRun(
  { name, state }: Pick<Place, 'name' | 'state'>,
  { emit }: Pick<ActionContext, 'emit'>,
): Promise<void> {
  const holder = await state.lockHolder();
  if (holder === null) return;
  const { operation, who, since } = holder;
  const message = `${operation} of ${name} by ${who} is under way since ${since}`;
  emit({ type: 'notice', level: 'info', message });
}
