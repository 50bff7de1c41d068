import { type InstanceState, stateOf } from '../instance-state.ts';
import type { Instance } from '../record.ts';
import type { ActionContext } from './action.ts';

/** An instance with the state that it is in now. */
export type Seen = Instance & { readonly state: InstanceState };

/** The instances with their states. */
export async function seenNow(
  { machines, nowMs }: ActionContext,
  instances: readonly Instance[],
): Promise<Seen[]> {
  const seen = await machines.observe(instances);
  return instances.map((instance) => ({
    ...instance,
    state: stateOf(instance, seen.get(instance.id) ?? { kind: 'absent' }, nowMs),
  }));
}

/** True for an instance that still is or may become a machine. */
export function isLiving({ state }: Seen): boolean {
  return state.name !== 'terminated';
}
