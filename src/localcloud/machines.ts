import type { Image } from './images.ts';
import type { Observation } from './observation.ts';
import type { Instance } from './record.ts';

/** What stands behind the record: machines on this computer, or nothing but time. */
export interface Machines {
  images(): Promise<readonly Image[]>;
  /** How many more machines there is room for. */
  room(): number;
  /** The machines' subnet, in the record too once this resolves; the caller has the hands. */
  bringNetworkUp(): Promise<string>;
  /** What is to be seen of each of the instances, by id. */
  observe(instances: readonly Instance[]): Promise<ReadonlyMap<string, Observation>>;
  /** Makes the machines what the record wants, as far as they differ. */
  reconcile(): Promise<void>;
  /** As `reconcile`, for a caller that has the hands. */
  settle(): Promise<void>;
  /** Asks running machines to reboot; the caller has the hands. */
  reboot(ids: readonly string[]): Promise<void>;
  /** What a machine has written to its console. */
  console(instance: Instance): Promise<Buffer>;
}
