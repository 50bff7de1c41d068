import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What can be seen of a machine, whatever anybody wished. */
export type Observation =
  /** It has no directory. */
  | { readonly kind: 'absent' }
  /** It has not been started since the last start that was asked for. */
  | { readonly kind: 'new' }
  | { readonly kind: 'alive' }
  /** It ended by itself, with nspawn's exit code, or with the host (`host-rebooted`). */
  | { readonly kind: 'exited'; readonly status: string }
  /** It has no process any more, and nothing says why. */
  | { readonly kind: 'lost' };

/** What is to be seen now of the machine in `directory`, of whose starts `boot` is the last one asked for. */
export async function observe(directory: string, boot: number): Promise<Observation> {
  const group = await readText(join(directory, 'cgroup'));
  if (group === undefined) return { kind: 'absent' };
  const [startedBoot, hostBoot] = (await readText(join(directory, 'started')))?.split(' ') ?? [];
  if (startedBoot !== String(boot)) return { kind: 'new' };
  if (hostBoot !== (await readText('/proc/sys/kernel/random/boot_id'))) {
    return { kind: 'exited', status: 'host-rebooted' };
  }
  const exit = await readExit(directory, boot);
  if (exit !== undefined) return { kind: 'exited', status: exit };
  if (await hasProcesses(group)) return { kind: 'alive' };
  // Its supervisor writes the exit just before it ends itself.
  const lateExit = await readExit(directory, boot);
  return lateExit === undefined ? { kind: 'lost' } : { kind: 'exited', status: lateExit };
}

async function readExit(directory: string, boot: number): Promise<string | undefined> {
  const [exitBoot, status] = (await readText(join(directory, 'exit')))?.split(' ') ?? [];
  return exitBoot === String(boot) ? status : undefined;
}

/** True when the control group or one below it has a process in it. */
async function hasProcesses(group: string): Promise<boolean> {
  const events = await readText(join(group, 'cgroup.events'));
  if (events !== undefined) return /^populated 1$/m.test(events);
  const processes = await readText(join(group, 'cgroup.procs'));
  if (processes === undefined) return false;
  if (processes !== '') return true;
  const children = await readdir(group, { withFileTypes: true });
  for (const child of children) {
    if (child.isDirectory() && (await hasProcesses(join(group, child.name)))) return true;
  }
  return false;
}

async function readText(file: string): Promise<string | undefined> {
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch {
    return undefined;
  }
}
