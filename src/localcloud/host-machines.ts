import { readFile } from 'node:fs/promises';
import { freemem } from 'node:os';
import { join } from 'node:path';
import { type Host, machineDirectory, rootHalfDo } from './host.ts';
import { listImages } from './images.ts';
import type { Machines } from './machines.ts';
import { bringNetworkUp } from './network.ts';
import { observeAll, reconcile, settle } from './reconcile.ts';
import type { Instance } from './record.ts';

/** What an idle machine takes, with something to spare; measured are 14 MB. */
const idleMib = 24;

/** The machines of a cloud directory, as containers on this computer. */
export function hostMachines(host: Host): Machines {
  return {
    images: () => listImages(host.imagesDirectory),
    // A computer that is out of memory answers nobody.
    room: () => Math.floor(freemem() / (idleMib * 1024 * 1024)),
    bringNetworkUp: () => bringNetworkUp(host),
    observe: (instances) => observeAll(host, instances),
    reconcile: () => reconcile(host),
    settle: () => settle(host),
    reboot: (ids) => rootHalfDo(host, 'reboot', ...ids),
    console: (instance) => readConsole(host, instance),
  };
}

async function readConsole(host: Host, { id }: Instance): Promise<Buffer> {
  const parts = ['console.head', 'console.tail', 'console.next'].map((name) =>
    readFile(join(machineDirectory(host, id), name)).catch(() => Buffer.alloc(0)),
  );
  return Buffer.concat(await Promise.all(parts));
}
