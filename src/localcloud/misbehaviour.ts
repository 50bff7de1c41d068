import type { LocalCloud } from './cloud.ts';

/** Tells the cloud, for all accounts and until it is told otherwise, what to do wrong; an empty list ends it. */
export async function setMisbehaviour(cloud: LocalCloud, specs: readonly string[]): Promise<void> {
  await cloud.host.store.update((record) => {
    record.faults = specs.map((spec) => ({ spec }));
  });
}
