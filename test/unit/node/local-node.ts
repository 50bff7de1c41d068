import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { ConnectionLost } from '../../../src/errors.ts';
import type {
  NodeConnection,
  NodeExecOptions,
  NodeExecResult,
  NodeInput,
} from '../../../src/node/connection.ts';

/** Where a connection breaks: after so many bytes sent to the node, or received from it. */
export interface Cut {
  readonly stdin?: number;
  readonly stdout?: number;
}

/**
 * A node on this very computer: the real runtime and the real shell, with processes of its own and a private /var/lib,
 * /etc, /usr and /srv in memory, so that nothing outside is touched and nothing outlives it. It needs root, and has no
 * systemd.
 */
export interface LocalNode extends NodeConnection, AsyncDisposable {
  /** How many commands have been run. */
  readonly execs: number;
  /** The next commands lose their connection like this, in order. */
  readonly cuts: Cut[];
  read(path: string): string;
  write(path: string, content: string | Buffer, mode?: number): void;
  /** Puts a script of ours in the place of a program below /usr, for what cannot run here. */
  replace(program: string, script: string): void;
  /** Runs a command line as anybody on the node would. */
  sh(command: string): Promise<string>;
}

export interface LocalNodeOptions {
  /** What the node has as sh, and as login shell. */
  readonly shell?: 'dash' | 'bash';
  /** Whether its user is not root; commands are told to use sudo then. */
  readonly needsSudo?: boolean;
  /** What the login shell does before the command, such as printing a banner. */
  readonly profile?: string;
}

export const canRunLocalNode = process.getuid?.() === 0;

// It ends, and everything in it, when its input does: when it is disposed of, or the test process is gone.
const mounts = `set -e
mount -t tmpfs -o mode=755 tmpfs /mnt; cd /mnt; mkdir lib srv real etc usr work work/etc work/usr
mount --bind /var/lib real; mount --bind lib /var/lib
mkdir lib/dpkg lib/apt; mount --bind real/dpkg /var/lib/dpkg; mount --bind srv /srv
for each in etc usr; do
  mount -t overlay -o "lowerdir=/$each,upperdir=$each,workdir=work/$each" overlay "/$each"
done
mount -t proc proc /proc
if [ "$1" = bash ]; then ln -sf bash /usr/bin/sh; fi
echo ready; cat >/dev/null`;

export async function startLocalNode(options: LocalNodeOptions = {}): Promise<LocalNode> {
  const { shell = 'dash', profile = '', needsSudo = false } = options;
  const namespaces = ['-m', '-p', '--fork', '--kill-child', '--propagation', 'private'];
  const holder = spawn('unshare', [...namespaces, 'bash', '-c', mounts, 'bash', shell], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const failed = once(holder, 'exit').then(() => Promise.reject(new Error('no local node')));
  await Promise.race([once(holder.stdout, 'data'), failed]);
  const init = readFileSync(`/proc/${holder.pid}/task/${holder.pid}/children`, 'utf8').trim();
  // With its root as well: where this process is in a chroot, the mounts alone would lead out of it.
  const enter = (words: readonly string[]) => ['-m', '-p', '-r', `-t${init}`, '--', ...words];
  const { code } = await run(spawn('nsenter', enter(['test', '-d', '/mnt/lib/dpkg'])), {}, {});
  if (code !== 0) throw new Error('commands would not run on the node but on this computer');
  const cuts: Cut[] = [];
  let execs = 0;
  const seen = (path: string) => `/proc/${init}/root${path}`;
  const write: LocalNode['write'] = (path, content, mode = 0o644) => {
    mkdirSync(dirname(seen(path)), { recursive: true });
    writeFileSync(seen(path), content, { mode });
  };
  return {
    node: 'local-1',
    needsSudo,
    get execs() {
      return execs;
    },
    cuts,
    exec(command, execOptions = {}) {
      execs += 1;
      const line = profile === '' ? command : `${profile}\n${command}`;
      return run(spawn('nsenter', enter([shell, '-c', line])), execOptions, cuts.shift() ?? {});
    },
    read: (path) => readFileSync(seen(path), 'utf8'),
    write,
    replace(program, script) {
      rmSync(seen(program), { force: true });
      write(program, script, 0o755);
    },
    async sh(command) {
      const { stdout } = await run(spawn('nsenter', enter(['sh', '-c', command])), {}, {});
      return stdout.toString();
    },
    async [Symbol.asyncDispose]() {
      const gone = once(holder, 'exit');
      holder.stdin.end();
      await gone;
    },
  };
}

/** The command as a connection would run it; a cut closes its streams and leaves it to itself, as sshd does. */
function run(
  child: ChildProcess,
  { stdin = '', onStdout, onStderr, signal }: NodeExecOptions,
  cut: Cut,
): Promise<NodeExecResult> {
  const outputs: { stdout: Buffer[]; stderr: Buffer[] } = { stdout: [], stderr: [] };
  return new Promise((resolve, reject) => {
    const lose = (reason: unknown) => {
      child.stdin?.destroy();
      child.stdout?.destroy();
      child.stderr?.destroy();
      child.unref();
      reject(reason);
    };
    const lost = () => lose(new ConnectionLost('local-1: the connection was cut', true));
    signal?.addEventListener('abort', () => lose(signal.reason), { once: true });
    child.stdin?.on('error', () => {});
    let budget = cut.stdout ?? Number.POSITIVE_INFINITY;
    child.stdout?.on('data', (chunk: Buffer) => {
      const heard = chunk.subarray(0, budget);
      budget -= heard.length;
      outputs.stdout.push(heard);
      if (heard.length > 0) onStdout?.(heard);
      if (budget <= 0) lost();
    });
    child.stderr?.on('data', (chunk: Buffer) => {
      outputs.stderr.push(chunk);
      onStderr?.(chunk);
    });
    child.on('error', reject);
    child.on('close', (code, killedBy) => {
      const stdout = Buffer.concat(outputs.stdout);
      resolve({ code, signal: killedBy, stdout, stderr: Buffer.concat(outputs.stderr) });
    });
    feedChild(child, stdin, cut.stdin ?? Number.POSITIVE_INFINITY).then(
      (isCut) => (isCut ? lost() : child.stdin?.end()),
      lose,
    );
  });
}

/** Whether the input was cut off after so many bytes. */
async function feedChild(child: ChildProcess, input: NodeInput, limit: number): Promise<boolean> {
  const pieces = typeof input === 'string' || Buffer.isBuffer(input) ? [Buffer.from(input)] : input;
  let left = limit;
  for await (const piece of pieces) {
    if (child.stdin?.writable !== true) return false;
    const part = piece.subarray(0, left);
    await new Promise<void>((resolve) => child.stdin?.write(part, () => resolve()));
    left -= part.length;
    if (part.length < piece.length) return true;
  }
  return false;
}
