import { open } from 'node:fs/promises';
import type { NodeConnection } from '../node/connection.ts';
import { contact } from '../node/contact.ts';
import { cacheChanged } from './artifact-errors.ts';
import type { Chunk, Transfer } from './chunks.ts';
import { notWritten } from './delivery-errors.ts';

/** How parts go to a node. */
export interface PutOptions {
  readonly signal?: AbortSignal | undefined;
  /** Where the file with a digest lies on this computer. */
  pathOf(digest: string): string;
}

/**
 * Sends the node one part after the other over a channel of its own, as fast as it takes them, until none is left.
 * Each is told to the transfer once the node has it on disk; one that is sent and not told may be there or not.
 * @throws {ConnectionLost} when the connection ended first
 * @throws {DeployerError} `node-disk-full` or `not-delivered` when the node could not write one
 */
export async function putChunks(
  node: NodeConnection,
  transfer: Transfer,
  { pathOf, signal }: PutOptions,
): Promise<void> {
  let failure: readonly string[] | undefined;
  const hear = createLineReader((line) => {
    const [word, ...fields] = line.split(' ');
    if (word === 'failed') failure = fields;
    const [id = '', digest = '', offset] = fields;
    if (word === '+') transfer.arrived({ id, digest, offset: Number(offset) });
  });
  const hello = await contact(node, {
    entrance: 'put',
    words: [],
    stdin: pieces(transfer, pathOf),
    onBody: hear,
    ...{ signal },
  });
  if (hello.word === 'refused') throw notWritten(node.node, ['', '', hello.rest]);
  if (failure !== undefined) throw notWritten(node.node, failure);
}

async function* pieces(
  transfer: Transfer,
  pathOf: (digest: string) => string,
): AsyncGenerator<Buffer> {
  for (let chunk = transfer.next(); chunk !== undefined; chunk = transfer.next()) {
    const { id, digest, offset, length } = chunk;
    yield Buffer.from(`${id} ${digest} ${offset} ${length}\n`);
    yield await readChunk(pathOf(digest), chunk);
  }
}

async function readChunk(path: string, { offset, length }: Chunk): Promise<Buffer> {
  await using file = await open(path).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'ENOENT' ? cacheChanged(path) : error;
  });
  const bytes = Buffer.alloc(length);
  const { bytesRead } = await file.read(bytes, 0, length, offset);
  if (bytesRead < length) throw cacheChanged(path);
  return bytes;
}

function createLineReader(onLine: (line: string) => void): (chunk: Buffer) => void {
  let rest = '';
  return (chunk) => {
    const lines = `${rest}${chunk.toString('latin1')}`.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) onLine(line);
  };
}
