import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '../../../src/clock.ts';
import type { ConnectTarget } from '../../../src/remote/connect.ts';
import { readHostKey } from '../../../src/remote/host-key.ts';
import { generatePrivateKey, publicKeyLine } from '../../../src/state/openssh-key.ts';
import { freePort } from '../../support/free-port.ts';
import { imagesDirectory } from '../../support/images.ts';

/** A real sshd of Debian 12 on a loopback port, that lets root in with one key. */
export interface Sshd {
  readonly port: number;
  /** What it has on this computer. */
  readonly folder: string;
  readonly fingerprint: string;
  /** Its public host key in base64. */
  readonly hostKey: string;
  /** The private key that it lets in, in OpenSSH's format. */
  readonly loginKey: string;
  readonly target: (changes?: Partial<ConnectTarget>) => ConnectTarget;
  /** Starts it; `startSshd` has done so unless told otherwise. */
  start(): Promise<void>;
  /** Ends it with all its sessions. */
  stop(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

const rootfs = join(imagesDirectory, 'debian-12', 'rootfs');
const namespaces = ['-m', '-p', '--fork', '--kill-child', '--propagation', 'private'];

// The sshd of the base image, on a copy of its file system in memory. It ends, and everything in it, when its input
// does: when it is stopped, or the test process is gone.
const chroot = `set -e
cd "$2"; mount -t tmpfs tmpfs memory; mkdir memory/upper memory/work memory/root
mount -t overlay -o "lowerdir=$1,upperdir=memory/upper,workdir=memory/work" overlay memory/root
cp host-key* authorized-keys config setup memory/root/root
cd memory/root; mkdir -p run/sshd; mount -t proc proc proc; mount --rbind /dev dev
chroot . sh /root/setup >&2
chroot . /usr/sbin/sshd -D -e -f /root/config &
cat >/dev/null`;

/** How long one may take to start, on a machine that is busy with other things. */
const startMs = 45_000;

/** What is different about an sshd. */
export interface SshdOptions {
  readonly started?: boolean;
  /** File of the public key that is let in. */
  readonly loginFile?: string;
  /** What root does there before it starts, in POSIX sh. */
  readonly setup?: string;
  /** Addresses that it listens on. */
  readonly addresses?: readonly string[];
  /** Does something with the folder that its host-key and host-key.pub are in; more files `host-key…` may be put there. */
  readonly prepare?: (folder: string) => Promise<void>;
}

export async function startSshd(
  settings: readonly string[] = [],
  options: SshdOptions = {},
): Promise<Sshd> {
  const { started = true, loginFile, setup = '', addresses = ['127.0.0.1'], prepare } = options;
  const directory = await mkdtemp(join(tmpdir(), 'deployer-sshd-'));
  const hostKey = generateKey();
  const login = generateKey();
  const port = await freePort();
  const file = (name: string) => join(directory, name);
  await mkdir(file('memory'));
  await writeFile(file('host-key'), hostKey.private, { mode: 0o600 });
  await writeFile(file('host-key.pub'), `${hostKey.public}\n`);
  await writeFile(file('setup'), setup);
  await prepare?.(directory);
  const authorized = loginFile === undefined ? login.public : await readFile(loginFile, 'utf8');
  await writeFile(file('authorized-keys'), `${authorized}\n`);
  await writeFile(
    file('config'),
    [
      ...settings,
      `Port ${port}`,
      ...addresses.map((address) => `ListenAddress ${address}`),
      'HostKey /root/host-key',
      'AuthorizedKeysFile /root/authorized-keys',
      'PermitRootLogin yes',
      'StrictModes no',
      'UsePAM no',
      'PidFile none',
      '',
    ].join('\n'),
  );
  const base64 = hostKey.public.split(' ')[1] ?? '';
  const { fingerprint } = readHostKey(Buffer.from(base64, 'base64'));
  let child: ChildProcess | undefined;
  const sshd: Sshd = {
    port,
    folder: directory,
    fingerprint,
    hostKey: base64,
    loginKey: login.private,
    target: (changes = {}) => ({
      node: 'node-1',
      address: '127.0.0.1',
      port,
      username: 'root',
      identities: [{ privateKey: login.private }],
      verifyHostKey: async () => {},
      timeoutMs: 10_000,
      dialing: 'eager',
      ...changes,
    }),
    start: async () => {
      child = spawn('unshare', [...namespaces, 'sh', '-c', chroot, 'sh', rootfs, directory], {
        stdio: ['pipe', 'ignore', 'ignore'],
      });
      const until = performance.now() + startMs;
      while (!(await isOpen(port))) {
        if (child.exitCode !== null || performance.now() > until) {
          throw new Error('sshd did not start');
        }
        await sleep(20);
      }
    },
    stop: async () => {
      if (child === undefined || child.exitCode !== null) return;
      const ended = once(child, 'exit');
      child.stdin?.end();
      await ended;
    },
    [Symbol.asyncDispose]: async () => {
      await sshd.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
  try {
    if (started) await sshd.start();
  } catch (error) {
    await sshd[Symbol.asyncDispose]();
    throw error;
  }
  return sshd;
}

/** What connecting in a test needs; its signal never aborts unless the test brings its own. */
export const deps = { clock: systemClock, signal: new AbortController().signal };

/** A fresh ed25519 key pair: the private key in OpenSSH's format, the public one as a line. */
export function generateKey() {
  const key = generatePrivateKey('test');
  return { private: key, public: publicKeyLine(key, 'test') ?? '' };
}

/** Whether something accepts connections at a loopback port. */
async function isOpen(port: number): Promise<boolean> {
  const socket = connect({ port, host: '127.0.0.1' });
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

/** Waits until `condition` holds, 30 s at most. */
export async function eventually(condition: () => boolean): Promise<void> {
  const until = performance.now() + 30_000;
  while (performance.now() < until) {
    if (condition()) return;
    await sleep(10);
  }
  throw new Error('it never came to hold');
}
