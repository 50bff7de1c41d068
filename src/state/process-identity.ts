import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { hostname, userInfo } from 'node:os';
import { promisify } from 'node:util';
import { isSystemError } from './state-errors.ts';

/** What tells a process from every other one: a pid alone is used again sooner or later. */
export interface ProcessIdentity {
  readonly pid: number;
  /** When it started, in the system's own words; only compared for equality. */
  readonly startTime: string;
  /** Names the computer's current boot. */
  readonly bootId: string;
  readonly hostname: string;
  /** The login name of its owner, for messages. */
  readonly user: string;
}

/** The identity of the process that asks. */
export async function thisProcess(): Promise<ProcessIdentity> {
  return {
    pid: process.pid,
    startTime: (await startTimeOf(process.pid)) ?? 'unknown',
    bootId: await currentBootId(),
    hostname: hostname(),
    user: userName(),
  };
}

/** Where a process stands, as far as this computer can tell. */
export type Whereabouts = 'running' | 'gone' | 'elsewhere';

/** Whether that very process still runs; `elsewhere` when it belongs to another computer. */
export async function whereaboutsOf(owner: ProcessIdentity): Promise<Whereabouts> {
  if (owner.hostname !== hostname()) return 'elsewhere';
  if (owner.bootId !== (await currentBootId())) return 'gone';
  if (!isPidTaken(owner.pid)) return 'gone';
  const startTime = await startTimeOf(owner.pid);
  // Hidden from us (hidepid), though the pid is taken: only "it may run" is safe to say.
  if (startTime === null) return isPidTaken(owner.pid) ? 'running' : 'gone';
  return startTime === owner.startTime ? 'running' : 'gone';
}

function isPidTaken(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return isSystemError(error, 'EPERM');
  }
}

/** Null when the process is gone or hidden from us; `ended` when it died and its parent has not noticed yet. */
async function startTimeOf(pid: number): Promise<string | null> {
  return process.platform === 'linux' ? startTimeFromProc(pid) : startTimeFromPs(pid);
}

/** @see https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html fields 3 (state) and 22 (starttime) */
async function startTimeFromProc(pid: number): Promise<string | null> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    const [state, ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return state === 'Z' || state === 'X' ? 'ended' : (rest[18] ?? null);
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'ESRCH', 'EACCES')) return null;
    throw error;
  }
}

const execute = promisify(execFile);

async function startTimeFromPs(pid: number): Promise<string | null> {
  const env = { ...process.env, LC_ALL: 'C', TZ: 'UTC' };
  try {
    const { stdout } = await execute('ps', ['-o', 'lstart=', '-p', String(pid)], { env });
    return stdout.trim();
  } catch {
    return null;
  }
}

async function currentBootId(): Promise<string> {
  if (process.platform === 'linux') {
    return (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();
  }
  const { stdout } = await execute('sysctl', ['-n', 'kern.bootsessionuuid']);
  return stdout.trim();
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.() ?? '?'}`;
  }
}
