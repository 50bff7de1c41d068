import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '../../../src/clock.ts';
import type { ConnectTarget } from '../../../src/remote/connect.ts';
import { readHostKey } from '../../../src/remote/host-key.ts';
import { generatePrivateKey, publicKeyLine } from '../../../src/state/openssh-key.ts';

const program = '/usr/sbin/sshd';

/** A real sshd of this computer on a loopback port, that lets the current user in with one key. */
export interface Sshd {
  readonly port: number;
  readonly fingerprint: string;
  readonly target: (changes?: Partial<ConnectTarget>) => ConnectTarget;
  /** Starts it; `startSshd` has done so unless told otherwise. */
  start(): Promise<void>;
  stop(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

export async function startSshd(
  settings: readonly string[] = [],
  { started = true } = {},
): Promise<Sshd> {
  if (!existsSync(program)) throw new Error(`these tests need ${program} (openssh-server)`);
  mkdirSync('/run/sshd', { recursive: true });
  const directory = await mkdtemp(join(tmpdir(), 'deployer-sshd-'));
  const hostKey = generateKey();
  const login = generateKey();
  const port = await freePort();
  const file = (name: string) => join(directory, name);
  await writeFile(file('host-key'), hostKey.private, { mode: 0o600 });
  await writeFile(file('authorized-keys'), `${login.public}\n`);
  await writeFile(
    file('config'),
    [
      ...settings,
      `Port ${port}`,
      'ListenAddress 127.0.0.1',
      `HostKey ${file('host-key')}`,
      `AuthorizedKeysFile ${file('authorized-keys')}`,
      'PermitRootLogin yes',
      'StrictModes no',
      'UsePAM no',
      'PidFile none',
      // Nobody's .bashrc shall have a say in these tests.
      `SetEnv HOME=${directory}`,
      '',
    ].join('\n'),
  );
  const { fingerprint } = readHostKey(Buffer.from(hostKey.public.split(' ')[1] ?? '', 'base64'));
  let child: ChildProcess | undefined;
  const sshd: Sshd = {
    port,
    fingerprint,
    target: (changes = {}) => ({
      node: 'node-1',
      address: '127.0.0.1',
      port,
      username: userInfo().username,
      privateKey: login.private,
      verifyHostKey: async () => {},
      timeoutMs: 10_000,
      dialing: 'eager',
      ...changes,
    }),
    start: async () => {
      child = spawn(program, ['-D', '-e', '-f', file('config')], { stdio: 'ignore' });
      for (let tries = 0; !(await isOpen(port)); tries += 1) {
        if (child.exitCode !== null || tries > 250) throw new Error('sshd did not start');
        await sleep(20);
      }
    },
    stop: async () => {
      if (child === undefined || child.exitCode !== null) return;
      const ended = once(child, 'exit');
      child.kill();
      await ended;
    },
    [Symbol.asyncDispose]: async () => {
      await sshd.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
  if (started) await sshd.start();
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

/** A loopback port that nothing listens on now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** Waits until `condition` holds, 5 s at most. */
export async function eventually(condition: () => boolean): Promise<void> {
  for (let tries = 0; tries < 500; tries += 1) {
    if (condition()) return;
    await sleep(10);
  }
  throw new Error('it never came to hold');
}
