import { z } from 'zod';
import type { Driver } from './session.ts';

/** The levels of consistency, by the names that CQL has for them. */
export const ConsistencySchema = z.enum([
  ...(['any', 'one', 'two', 'three', 'quorum', 'all', 'local_one', 'local_quorum'] as const),
  ...(['each_quorum', 'serial', 'local_serial'] as const),
]);

/** What the driver calls them. */
export const driverConsistencies: Readonly<
  Record<z.infer<typeof ConsistencySchema>, keyof Driver['types']['consistencies']>
> = {
  any: 'any',
  one: 'one',
  two: 'two',
  three: 'three',
  quorum: 'quorum',
  all: 'all',
  local_one: 'localOne',
  local_quorum: 'localQuorum',
  each_quorum: 'eachQuorum',
  serial: 'serial',
  local_serial: 'localSerial',
};
