import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { freePort } from '../../support/free-port.ts';

const run = promisify(execFile);

/** The server with EC2 alone: all of moto is twice as large. */
const requirements = ['moto[ec2]==5.2.5', 'flask==3.1.2', 'flask-cors==6.0.1'];

/** How long it may take to start, on a machine that is busy with other things. */
const startMs = 120_000;

/** An independent implementation of EC2's wire format. */
export interface Moto extends AsyncDisposable {
  readonly endpoint: string;
}

/** Starts moto on a free port, and installs it before where it is not there yet. */
export async function startMoto(): Promise<Moto> {
  const python = join(await installed(), 'bin/python');
  const port = await freePort();
  const server = spawn(python, ['-m', 'moto.server', '-H', '127.0.0.1', '-p', String(port)], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let words = '';
  server.stderr.on('data', (data) => {
    words += data;
  });
  const endpoint = `http://127.0.0.1:${port}`;
  const moto: Moto = {
    endpoint,
    async [Symbol.asyncDispose]() {
      if (server.exitCode !== null || server.signalCode !== null) return;
      const ended = once(server, 'exit');
      server.kill('SIGKILL');
      await ended;
    },
  };
  const until = performance.now() + startMs;
  while (!(await isThere(endpoint))) {
    if (server.exitCode !== null || performance.now() > until) {
      await moto[Symbol.asyncDispose]();
      throw new Error(`moto does not start: ${words}`);
    }
    await sleep(100);
  }
  return moto;
}

/** The folder of a Python environment with moto in it; named by what is in it, and there only once it is whole. */
async function installed(): Promise<string> {
  const cache = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
  const folder = join(cache, 'deployer-tests', requirements.join('+').replace(/[^\w.+-]/g, '_'));
  if (existsSync(join(folder, 'whole'))) return folder;
  await rm(folder, { recursive: true, force: true });
  await mkdir(dirname(folder), { recursive: true });
  await run('python3', ['-m', 'venv', folder]);
  const options = ['--quiet', '--disable-pip-version-check', '--no-input'];
  await run(join(folder, 'bin/pip'), ['install', ...options, ...requirements]);
  await mkdir(join(folder, 'draft'));
  await rename(join(folder, 'draft'), join(folder, 'whole'));
  return folder;
}

async function isThere(endpoint: string): Promise<boolean> {
  try {
    return (await fetch(`${endpoint}/moto-api/`, { signal: AbortSignal.timeout(10_000) })).ok;
  } catch {
    return false;
  }
}
