import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LocalCloud } from './cloud.ts';
import { diskUsage } from './disk-usage.ts';
import { type Host, machineDirectory } from './host.ts';
import { listImages } from './images.ts';
import { type StateName, stateOf } from './instance-state.ts';
import { isNetworkUp } from './network.ts';
import { observeAll } from './reconcile.ts';
import type { Instance } from './record.ts';

/** A machine as an overview shows it. */
export interface MachineOverview {
  readonly id: string;
  /** The value of its tag `Name`. */
  readonly name: string | undefined;
  readonly account: string;
  readonly isOwn: boolean;
  readonly state: StateName;
  readonly address: string;
  readonly type: string;
  readonly launchedAtMs: number;
  /** What it uses now, its file cache included; undefined when it does not run or the kernel does not count. */
  readonly memoryBytes: number | undefined;
}

/** All that a local cloud has on this computer. */
export interface CloudOverview {
  readonly directory: string;
  readonly diskBytes: number;
  readonly network:
    | { readonly bridge: string; readonly subnet: string; readonly isUp: boolean }
    | undefined;
  /** The machines of every account that have not been terminated. */
  readonly machines: readonly MachineOverview[];
  readonly images: readonly {
    readonly id: string;
    readonly name: string;
    readonly createdAtMs: number;
    readonly bytes: number;
  }[];
}

/** What the cloud has now, all accounts together; nothing is changed. */
export async function overviewOf(cloud: LocalCloud): Promise<CloudOverview> {
  const { host } = cloud;
  const record = await host.store.read();
  const [machines, images, isUp, diskBytes] = await Promise.all([
    describeMachines(host, cloud.account, record.instances),
    describeImages(host),
    isNetworkUp(host),
    diskUsage(host.directory),
  ]);
  const network = record.network && { bridge: host.name, subnet: record.network.subnet, isUp };
  return { directory: host.directory, diskBytes, network, machines, images };
}

async function describeMachines(
  host: Host,
  account: string,
  instances: readonly Instance[],
): Promise<MachineOverview[]> {
  const living = instances.filter(({ want }) => want !== 'terminated');
  const seen = await observeAll(host, living);
  return Promise.all(
    living.map(async (instance) => ({
      id: instance.id,
      name: instance.tags.find(({ key }) => key === 'Name')?.value,
      account: instance.account,
      isOwn: instance.account === account,
      state: stateOf(instance, seen.get(instance.id) ?? { kind: 'absent' }, host.clock.now()).name,
      address: instance.address,
      type: instance.type,
      launchedAtMs: instance.launchedAtMs,
      memoryBytes: await memoryOf(host, instance.id),
    })),
  );
}

async function memoryOf(host: Host, id: string): Promise<number | undefined> {
  const group = await readFile(join(machineDirectory(host, id), 'cgroup'), 'utf8').catch(
    () => undefined,
  );
  if (group === undefined) return undefined;
  const counters = [
    join(group.trim(), 'memory.current'),
    join(
      group.trim().replace(/^\/sys\/fs\/cgroup\/(unified|systemd)\//, '/sys/fs/cgroup/memory/'),
      'memory.usage_in_bytes',
    ),
  ];
  const texts = await Promise.all(
    counters.map((file) => readFile(file, 'utf8').catch(() => undefined)),
  );
  const text = texts.find((each) => each !== undefined);
  return text === undefined ? undefined : Number(text);
}

async function describeImages(host: Host): Promise<CloudOverview['images']> {
  const images = await listImages(host.imagesDirectory);
  return Promise.all(
    images.map(async ({ id, name, createdAtMs, root }) => ({
      id,
      name,
      createdAtMs,
      bytes: await diskUsage(root),
    })),
  );
}
