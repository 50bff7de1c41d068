import { link, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { z } from 'zod';
import { UsageError } from '../errors.ts';

const NoteSchema = z.strictObject({ endpoint: z.string(), pid: z.int() });

/**
 * Notes in the cloud's directory where it is served; on disposal the note is taken away. There is one note a directory,
 * as there is one place that `cloud env` can name.
 * @throws {UsageError} `cloud-already-served` while another process serves it, whose note is left alone
 */
export async function noteServer(directory: string, endpoint: string): Promise<AsyncDisposable> {
  const file = noteFile(directory);
  const draft = `${file}.${process.pid}`;
  await writeFile(draft, JSON.stringify({ endpoint, pid: process.pid }));
  try {
    if (!(await isPlaced(draft, file))) {
      await refuseSecond(directory);
      await rm(file, { force: true });
      await link(draft, file);
    }
  } finally {
    await rm(draft, { force: true });
  }
  return {
    [Symbol.asyncDispose]: async () => {
      if ((await readNote(file))?.pid === process.pid) await rm(file, { force: true });
    },
  };
}

/** Gives the draft its name, whole and unless there is such a file: of two that start at once one finds the other's. */
async function isPlaced(draft: string, file: string): Promise<boolean> {
  try {
    await link(draft, file);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

/** @throws {UsageError} `cloud-already-served` when a process serves the cloud */
export async function refuseSecond(directory: string): Promise<void> {
  const endpoint = await servedEndpoint(directory);
  if (endpoint === undefined) return;
  const message = `the cloud of ${directory} is served already, at ${endpoint}`;
  const hint =
    'Use it, as deployer cloud env tells how, or end it first with Ctrl-C in its terminal.';
  throw new UsageError('cloud-already-served', message, { hint });
}

/** Where the cloud is being served, if it is. */
export async function servedEndpoint(directory: string): Promise<string | undefined> {
  const note = await readNote(noteFile(directory));
  if (note === undefined || !isAlive(note.pid)) return undefined;
  const { hostname, port } = new URL(note.endpoint);
  return (await accepts(hostname, Number(port))) ? note.endpoint : undefined;
}

/** A note outlives a process that was killed, and its port may be somebody else's by then. */
function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

function noteFile(directory: string): string {
  return join(directory, 'server.json');
}

async function readNote(file: string): Promise<z.infer<typeof NoteSchema> | undefined> {
  try {
    return NoteSchema.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch {
    return undefined;
  }
}

function accepts(hostname: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, hostname);
    const end = (isThere: boolean) => {
      socket.destroy();
      resolve(isThere);
    };
    socket.once('connect', () => end(true)).once('error', () => end(false));
  });
}
