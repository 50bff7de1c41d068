import { connect, createServer, type Socket } from 'node:net';
import { DeployerError } from '../errors.ts';

type Release = () => Promise<void>;

/**
 * Runs `work` while this process, and no other on this computer, holds the lock called `name`. The lock is an
 * abstract Unix socket: the kernel frees it when its holder dies, however it dies.
 * @throws {DeployerError} `cloud-busy` when it could not be had within `waitMs`.
 */
export async function withLock<T>(
  name: string,
  waitMs: number,
  work: () => Promise<T>,
): Promise<T> {
  const release = await acquire(`\0deployer-cloud/${name}`, waitMs);
  try {
    return await work();
  } finally {
    await release();
  }
}

async function acquire(address: string, waitMs: number): Promise<Release> {
  const deadline = performance.now() + waitMs;
  for (;;) {
    const release = await tryListen(address);
    if (release !== undefined) return release;
    const leftMs = deadline - performance.now();
    if (leftMs <= 0) throw busy(waitMs);
    await waitForRelease(address, leftMs);
  }
}

function busy(waitMs: number): DeployerError {
  const message = `another process has held the local cloud's lock for ${waitMs / 1000} s`;
  return new DeployerError('cloud-busy', message, {
    retryable: true,
    hint: 'Run the command again when the other one has ended.',
  });
}

/** Listens on the address; the waiting processes stay connected until the lock is released. */
function tryListen(address: string): Promise<Release | undefined> {
  return new Promise((resolve, reject) => {
    const waiting = new Set<Socket>();
    const server = createServer((socket) => {
      waiting.add(socket);
      socket.on('error', () => {}).on('close', () => waiting.delete(socket));
    });
    server.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(undefined);
      else reject(error);
    });
    const release: Release = () =>
      new Promise((released) => {
        server.close(() => released());
        for (const socket of waiting) socket.destroy();
      });
    server.listen(address, () => resolve(release));
  });
}

/** Resolves when the holder lets go or dies, or after `waitMs`. */
function waitForRelease(address: string, waitMs: number): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect(address);
    const timer = setTimeout(() => socket.destroy(), waitMs);
    socket.on('error', () => {});
    socket.on('close', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
