import type { LocalCloud } from './cloud.ts';
import type { Misbehaviour } from './record.ts';

/** Tells the cloud, for all accounts and until it is told otherwise, what to do wrong; `normal` ends it. */
export async function setMisbehaviour(
  cloud: LocalCloud,
  wanted: Partial<Misbehaviour>,
): Promise<void> {
  await cloud.host.store.update((record) => {
    record.misbehaviour = { ...record.misbehaviour, ...wanted };
  });
}
