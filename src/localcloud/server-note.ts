import { readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { z } from 'zod';

const NoteSchema = z.strictObject({ endpoint: z.string(), pid: z.int() });

/** Notes in the cloud's directory where it is served; on disposal the note is taken away, unless it is another's by then. */
export async function noteServer(directory: string, endpoint: string): Promise<AsyncDisposable> {
  const file = noteFile(directory);
  await writeFile(file, JSON.stringify({ endpoint, pid: process.pid }));
  return {
    [Symbol.asyncDispose]: async () => {
      if ((await readNote(file))?.pid === process.pid) await rm(file, { force: true });
    },
  };
}

/** Where the cloud is being served, if it is. */
export async function servedEndpoint(directory: string): Promise<string | undefined> {
  const note = await readNote(noteFile(directory));
  if (note === undefined) return undefined;
  const { hostname, port } = new URL(note.endpoint);
  return (await accepts(hostname, Number(port))) ? note.endpoint : undefined;
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
