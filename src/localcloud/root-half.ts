import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { DeployerError } from '../errors.ts';

/** What came of a script that ran as root. */
export interface RootResult {
  readonly code: number;
  readonly stderr: string;
}

/** How a long script is followed. */
export interface RootOptions {
  /** Called with each line that the script writes to its standard error. */
  readonly onLine?: (line: string) => void;
  /** Ends the script with all its children; what it leaves half done is the script's own business. */
  readonly signal?: AbortSignal;
}

const isRoot = process.getuid?.() === 0;

/** True when this process is root or may become it without being asked. */
export async function canBeRoot(): Promise<boolean> {
  if (isRoot) return true;
  const child = spawnAsRoot(['true']);
  return new Promise((resolve) => {
    child.on('error', () => resolve(false));
    child.on('close', (code) => resolve(code === 0));
  });
}

/**
 * Runs a script, given by its parts, as root, through `sudo -n` when we are somebody else. It is read before it is
 * started and outlives us: neither an upgrade nor the death of this process leaves it half done.
 * @throws {DeployerError} `not-root` when there is no way to become root without a password.
 */
export async function runAsRoot(
  parts: readonly URL[],
  args: readonly string[],
  options: RootOptions = {},
): Promise<RootResult> {
  const texts = await Promise.all(parts.map((part) => readFile(part)));
  options.signal?.throwIfAborted();
  const child = spawnAsRoot(['sh', '-s', '--', ...args]);
  const onAbort = () => endGroup(child.pid);
  options.signal?.addEventListener('abort', onAbort, { once: true });
  try {
    const ended = new Promise<number>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (code) => resolve(code ?? 1));
    });
    child.stdin.on('error', () => {});
    child.stdin.end(Buffer.concat(texts));
    const lines: string[] = [];
    createInterface(child.stderr).on('line', (line) => {
      lines.push(line);
      options.onLine?.(line);
    });
    const code = await ended;
    options.signal?.throwIfAborted();
    const result = { code, stderr: lines.join('\n') };
    if (!isRoot && code !== 0 && result.stderr.startsWith('sudo:')) throw notRoot(result.stderr);
    return result;
  } finally {
    options.signal?.removeEventListener('abort', onAbort);
  }
}

/** Starts a command in a process group of its own, out of reach of the terminal's Ctrl-C. */
function spawnAsRoot(command: readonly string[]) {
  const [program = '', ...args] = isRoot ? command : ['sudo', '-n', ...command];
  return spawn(program, args, { detached: true, stdio: ['pipe', 'ignore', 'pipe'] });
}

function endGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  if (isRoot) process.kill(-pid, 'SIGTERM');
  else spawnAsRoot(['kill', '-TERM', '--', `-${pid}`]).on('error', () => {});
}

function notRoot(excerpt: string): DeployerError {
  return new DeployerError('not-root', 'the local cloud needs root to start machines', {
    excerpt,
    hint: 'Run the command as root, or allow this user `sudo` without a password.',
  });
}
