import type { Machine } from '../../../../src/providers/provider.ts';

/** The machine of the node with this ordinal as a cloud describes it, changed as told. */
export function machine(ordinal: number, changes: Partial<Machine> = {}): Machine {
  const incarnation = changes.incarnation ?? 1;
  return {
    ...{ id: `i-${ordinal}${'b'.repeat(incarnation - 1)}`, ordinal, incarnation, state: 'running' },
    ...{ zone: 'a', instanceType: 'small', isLabelled: true },
    ...changes,
  };
}
