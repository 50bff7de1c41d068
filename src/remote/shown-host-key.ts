import { randomBytes } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { DeployerError } from '../errors.ts';

/** Numbers of messages, RFC 4253 and RFC 5656. */
const keyExchangeInit = 20;
const ecdhInit = 30;
const ecdhReply = 31;

const identification = 'SSH-2.0-deployer\r\n';
const longestPacket = 256 * 1024;

/**
 * Each kind of algorithm, as few as every sshd of this decade has; the host key's comes second. Nothing is ever
 * encrypted: the conversation ends when the key is known.
 */
const algorithms = (hostKey: string) => [
  'curve25519-sha256,curve25519-sha256@libssh.org',
  hostKey,
  ...Array<string>(2).fill('chacha20-poly1305@openssh.com,aes128-ctr,aes128-gcm@openssh.com'),
  ...Array<string>(2).fill('hmac-sha2-256,hmac-sha2-256-etm@openssh.com'),
  ...['none', 'none', '', ''],
];

/**
 * What an sshd shows of itself in the form `type`, like ssh-ed25519 or a certificate for it, in ssh's wire form. It does
 * not prove here that it has the private half: whoever needs that connects to it with the key that is expected now. The
 * stream is destroyed.
 *
 * @throws {DeployerError} `no-such-host-key` when it has no key of this form, or ends the conversation before.
 * @throws The signal's reason when it aborts.
 */
export async function shownHostKey(
  stream: Duplex,
  type: string,
  signal: AbortSignal,
): Promise<Buffer> {
  const onAbort = () => void stream.destroy(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  try {
    stream.write(identification);
    stream.write(packet(initMessage(type)));
    for await (const message of messagesOf(stream)) {
      if (message[0] === keyExchangeInit) {
        stream.write(packet(Buffer.concat([Buffer.from([ecdhInit]), field(randomBytes(32))])));
      } else if (message[0] === ecdhReply) {
        return readField(message, 1);
      }
    }
  } catch (error) {
    signal.throwIfAborted();
    throw noSuchKey(type, error);
  } finally {
    signal.removeEventListener('abort', onAbort);
    stream.destroy();
  }
  throw noSuchKey(type);
}

function initMessage(type: string): Buffer {
  return Buffer.concat([
    Buffer.from([keyExchangeInit]),
    randomBytes(16),
    ...algorithms(type).map(field),
    Buffer.alloc(5),
  ]);
}

/** The messages of the other side, once it has said who it is. */
async function* messagesOf(stream: Duplex): AsyncGenerator<Buffer> {
  let bytes = Buffer.alloc(0);
  let isPastGreeting = false;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    bytes = Buffer.concat([bytes, chunk]);
    if (bytes.length > longestPacket) return;
    if (!isPastGreeting) {
      const end = /^SSH-[^\n]*\n/m.exec(bytes.toString('latin1'));
      if (end === null) continue;
      isPastGreeting = true;
      bytes = bytes.subarray(end.index + end[0].length);
    }
    while (bytes.length >= 5 && bytes.length >= 4 + bytes.readUInt32BE(0)) {
      const end = 4 + bytes.readUInt32BE(0);
      yield bytes.subarray(5, end - (bytes[4] ?? 0));
      bytes = bytes.subarray(end);
    }
  }
}

/** A message with its length and at least four bytes of padding, in all a multiple of eight (RFC 4253, section 6). */
function packet(message: Buffer): Buffer {
  const padding = 4 + ((8 - ((5 + message.length + 4) % 8)) % 8);
  const head = Buffer.alloc(5);
  head.writeUInt32BE(1 + message.length + padding);
  head[4] = padding;
  return Buffer.concat([head, message, Buffer.alloc(padding)]);
}

function field(content: string | Buffer): Buffer {
  const bytes = Buffer.from(content);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

function readField(message: Buffer, at: number): Buffer {
  const start = at + 4;
  return message.subarray(start, start + message.readUInt32BE(at));
}

function noSuchKey(type: string, cause?: unknown): DeployerError {
  return new DeployerError('no-such-host-key', `the sshd shows no host key of the form ${type}`, {
    cause,
  });
}
