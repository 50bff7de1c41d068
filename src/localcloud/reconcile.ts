import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { exists } from './exists.ts';
import { type Host, machineDirectory, rootHalfDo, seedDirectory, withHands } from './host.ts';
import { listImages } from './images.ts';
import { bringNetworkUp, hasNetwork, takeNetworkDown } from './network.ts';
import { type Observation, observe } from './observation.ts';
import type { CloudRecord, Instance } from './record.ts';
import { writeSeed } from './seed.ts';

const rememberedMs = 60 * 60_000;
const instanceIdPattern = /^i-[0-9a-f]{17}$/;

/** What has to be done so that the machines become what the record wants. */
export interface DueWork {
  readonly launch: readonly Instance[];
  readonly stop: readonly Instance[];
  readonly remove: readonly Instance[];
}

/** What is to be seen of each of the instances, by id. */
export async function observeAll(
  host: Host,
  instances: readonly Instance[],
): Promise<Map<string, Observation>> {
  const seen = await Promise.all(
    instances.map((instance) => observe(machineDirectory(host, instance.id), instance.boot)),
  );
  return new Map(instances.map(({ id }, index) => [id, seen[index] ?? { kind: 'absent' }]));
}

/** The difference between what instances should be and what they are. */
export function dueWork(
  instances: readonly Instance[],
  seen: ReadonlyMap<string, Observation>,
): DueWork {
  const with_ = (want: Instance['want'], ...kinds: readonly Observation['kind'][]) =>
    instances.filter(
      (instance) =>
        instance.want === want && kinds.includes(seen.get(instance.id)?.kind ?? 'absent'),
    );
  return {
    launch: with_('running', 'absent', 'new'),
    stop: with_('stopped', 'alive'),
    remove: with_('terminated', 'new', 'alive', 'exited', 'lost'),
  };
}

/**
 * Makes the machines and the network what the record wants, as far as they differ. Every process that opens or
 * describes the cloud does this, so whatever an earlier one left half done is finished here.
 */
export async function reconcile(host: Host): Promise<void> {
  const record = await host.store.read();
  if (await isSettled(host, record)) return;
  await withHands(host, () => settle(host));
}

/** As {@link reconcile}, for a caller that has the hands. */
export async function settle(host: Host): Promise<void> {
  const record = await host.store.read();
  const seen = await observeAll(host, record.instances);
  const due = dueWork(record.instances, seen);
  const doomed = new Set([...due.remove.map(({ id }) => id), ...(await strays(host, record))]);
  if (doomed.size > 0) await rootHalfDo(host, 'remove', ...doomed);
  if (due.stop.length > 0) await rootHalfDo(host, 'stop', ...due.stop.map(({ id }) => id));
  if (due.launch.length > 0) await launch(host, due.launch, seen);
  if (!needsNetwork(record, seen) && (await hasNetwork(host))) await takeNetworkDown(host);
  await rm(seedsOf(host), { recursive: true, force: true });
  await forgetOldInstances(host, record, seen);
}

/** Where a launch keeps what machines begin with, private keys among it; one that was killed leaves it behind. */
function seedsOf({ directory }: Host): string {
  return join(directory, 'seeds');
}

/** What is on the disk of machines that should not be: half made, half removed, or unknown to the record. */
async function strays(host: Host, record: CloudRecord): Promise<string[]> {
  const kept = new Set(
    record.instances.filter(({ want }) => want !== 'terminated').map(({ id }) => id),
  );
  const [machines, trash] = await Promise.all(
    ['machines', 'trash'].map((name) => readdir(join(host.directory, name)).catch(() => [])),
  );
  const left = [...(machines ?? []).map((entry) => entry.replace(/\.tmp$/, '')), ...(trash ?? [])];
  return left.filter((id) => instanceIdPattern.test(id) && !kept.has(id));
}

/** Like EC2, the record forgets an instance about an hour after its end. */
export async function forgetOldInstances(
  host: Host,
  record: CloudRecord,
  seen: ReadonlyMap<string, Observation>,
): Promise<void> {
  const before = host.clock.now() - rememberedMs;
  const isOld = ({ id, want, wantedAtMs }: Instance) =>
    want === 'terminated' && wantedAtMs < before && seen.get(id)?.kind === 'absent';
  if (!record.instances.some(isOld)) return;
  await host.store.update((current) => {
    current.instances = current.instances.filter((instance) => !isOld(instance));
  });
}

async function isSettled(host: Host, record: CloudRecord): Promise<boolean> {
  const seen = await observeAll(host, record.instances);
  const due = dueWork(record.instances, seen);
  if (due.launch.length + due.stop.length + due.remove.length > 0) return false;
  if ((await strays(host, record)).length > 0 || (await exists(seedsOf(host)))) return false;
  return needsNetwork(record, seen) || !(await hasNetwork(host));
}

function needsNetwork(record: CloudRecord, seen: ReadonlyMap<string, Observation>): boolean {
  return record.instances.some(
    ({ id, want }) => want === 'running' || (want === 'stopped' && seen.get(id)?.kind === 'alive'),
  );
}

async function launch(
  host: Host,
  instances: readonly Instance[],
  seen: ReadonlyMap<string, Observation>,
): Promise<void> {
  const subnet = await bringNetworkUp(host);
  const images = new Map(
    (await listImages(host.imagesDirectory)).map((image) => [image.id, image]),
  );
  const absent = instances.filter(({ id }) => seen.get(id)?.kind === 'absent');
  await Promise.all(
    absent.map((instance) => {
      const imageRoot = images.get(instance.image)?.root ?? '';
      return writeSeed(seedDirectory(host, instance.id), { instance, subnet, imageRoot });
    }),
  );
  await rootHalfDo(host, 'launch', ...instances.map(({ id, boot }) => `${id}:${boot}`));
}
