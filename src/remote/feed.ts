import { once } from 'node:events';
import type { ClientChannel } from 'ssh2';

/** Larger writes only grow this process: a channel moves at most 2 MiB a round trip. */
const writeBytes = 256 * 1024;

/**
 * Gives a command its input, as fast as the node takes it, and then the end of it. Ends early, without an error, when
 * the channel is closed before; a sequence is left off then.
 * @throws what the sequence throws; the channel is left as it is.
 */
export async function feed(
  channel: ClientChannel,
  input: Buffer | string | AsyncIterable<Buffer>,
): Promise<void> {
  const closed = new AbortController();
  channel.once('close', () => closed.abort());
  if (typeof input === 'string' || Buffer.isBuffer(input)) {
    await write(channel, Buffer.from(input), closed.signal);
  } else {
    await writeAll(channel, input[Symbol.asyncIterator](), closed.signal);
  }
  if (!closed.signal.aborted) channel.end();
}

async function writeAll(
  channel: ClientChannel,
  pieces: AsyncIterator<Buffer>,
  closed: AbortSignal,
): Promise<void> {
  // A sequence may have nothing to say for as long as it likes: the end of the command must not wait for it.
  const gone = new Promise<undefined>((resolve) => {
    closed.addEventListener('abort', () => resolve(undefined), { once: true });
  });
  while (channel.writable) {
    const next = await Promise.race([pieces.next(), gone]);
    if (next === undefined) break;
    if (next.done === true) return;
    await write(channel, next.value, closed);
  }
  pieces.return?.().catch(() => {});
}

async function write(channel: ClientChannel, bytes: Buffer, closed: AbortSignal): Promise<void> {
  for (let offset = 0; offset < bytes.length && channel.writable; offset += writeBytes) {
    if (channel.write(bytes.subarray(offset, offset + writeBytes))) continue;
    await once(channel, 'drain', { signal: closed }).catch(() => {});
  }
}
