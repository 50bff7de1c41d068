import type { Host } from './host.ts';
import type { Image } from './images.ts';
import type { Machines } from './machines.ts';
import { imageIdOf } from './names.ts';
import type { Observation } from './observation.ts';
import { forgetOldInstances } from './reconcile.ts';
import type { Instance } from './record.ts';

/** How long machines take that exist in the record alone, by the cloud's clock. */
export interface PaperTimes {
  /** From a start to running. */
  readonly bootMs: number;
  /** From a stop or an end to its being over. */
  readonly stopMs: number;
}

const subnet = '10.64.0.0/16';
const imageNames = ['debian-12', 'debian-13', 'ubuntu-24.04'];

/**
 * Machines that are nothing but records and become what is wanted after a time: for a thousand of them in a test, and
 * where there is no root. The host is not touched; it has no images of its own and no console but a host key that all
 * of them share.
 */
export function paperMachines(host: Host, { bootMs, stopMs }: PaperTimes): Machines {
  const seenOf = ({ want, wantedAtMs }: Instance): Observation => {
    const sinceMs = host.clock.now() - wantedAtMs;
    if (want === 'running') return { kind: sinceMs < bootMs ? 'new' : 'alive' };
    if (sinceMs < stopMs) return { kind: 'alive' };
    return want === 'stopped' ? { kind: 'exited', status: '0' } : { kind: 'absent' };
  };
  const observe = async (instances: readonly Instance[]) =>
    new Map(instances.map((instance) => [instance.id, seenOf(instance)]));
  const settle = async () => {
    const record = await host.store.read();
    await forgetOldInstances(host, record, await observe(record.instances));
  };
  return {
    images: async () => imageNames.map(paperImage),
    room: () => Number.POSITIVE_INFINITY,
    bringNetworkUp: async () => {
      const known = (await host.store.read()).network?.subnet;
      if (known !== undefined) return known;
      await host.store.update((record) => {
        record.network = { subnet, nextHost: 2 };
      });
      return subnet;
    },
    observe,
    reconcile: settle,
    settle,
    reboot: async () => {},
    console: async (instance) => Buffer.from(consoleOf(instance)),
  };
}

/** Images of different ages, so that the newest one of a name can be asked for. */
function paperImage(name: string, index: number): Image {
  return {
    id: imageIdOf(name),
    name,
    description: `${name}, on paper`,
    createdAtMs: Date.UTC(2024, index),
    architecture: 'x86_64',
    root: '/nonexistent',
  };
}

function consoleOf({ id, hostKey }: Instance): string {
  const key = hostKey?.publicKey ?? `ssh-ed25519 ${Buffer.from(id).toString('base64')}`;
  return [
    '-----BEGIN SSH HOST KEY KEYS-----',
    key,
    '-----END SSH HOST KEY KEYS-----',
    `${id} login: `,
  ].join('\r\n');
}
