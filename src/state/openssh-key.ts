import { generateKeyPairSync, randomBytes } from 'node:crypto';

const keyType = 'ssh-ed25519';
/** The seed is the end of a private key's DER, the point that of a public one's (RFC 8410). */
const keyBytes = 32;
const magic = Buffer.from('openssh-key-v1\0');
const begin = '-----BEGIN OPENSSH PRIVATE KEY-----';
const end = '-----END OPENSSH PRIVATE KEY-----';

/**
 * A new ed25519 private key in OpenSSH's own format, without a passphrase.
 *
 * @see https://github.com/openssh/openssh-portable/blob/master/PROTOCOL.key
 */
export function generatePrivateKey(comment: string): string {
  // As DER at once: a KeyObject fresh from here may deadlock Node when garbage is collected while it is exported.
  const { privateKey, publicKey } = generateKeyPairSync('ed25519', {
    privateKeyEncoding: { type: 'pkcs8', format: 'der' },
    publicKeyEncoding: { type: 'spki', format: 'der' },
  });
  return encodePrivateKey(privateKey.subarray(-keyBytes), publicKey.subarray(-keyBytes), comment);
}

/** The public key's line, as authorized_keys and clouds take it; null when the text is no such private key. */
export function publicKeyLine(privateKey: string, comment: string): string | null {
  const blob = publicBlob(privateKey);
  return blob === null ? null : `${keyType} ${blob.toString('base64')} ${comment}`;
}

function encodePrivateKey(seed: Buffer, point: Buffer, comment: string): string {
  const check = randomBytes(4);
  const secret = padded(
    Buffer.concat([
      check,
      check,
      field(keyType),
      field(point),
      field(Buffer.concat([seed, point])),
      field(comment),
    ]),
  );
  const blob = Buffer.concat([
    magic,
    field('none'), // cipher
    field('none'), // key derivation
    field(''), // its options
    uint32(1), // number of keys
    field(Buffer.concat([field(keyType), field(point)])),
    field(secret),
  ]);
  const lines = blob.toString('base64').match(/.{1,70}/g) ?? [];
  return `${[begin, ...lines, end].join('\n')}\n`;
}

/** Padded with 1, 2, 3 … to the block size, which is 8 without a cipher. */
function padded(bytes: Buffer): Buffer {
  const missing = (8 - (bytes.length % 8)) % 8;
  return Buffer.concat([bytes, Buffer.from([1, 2, 3, 4, 5, 6, 7].slice(0, missing))]);
}

function field(value: Buffer | string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([uint32(bytes.length), bytes]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** The public part stands in the clear behind a header that is the same for all our keys. */
function publicBlob(privateKey: string): Buffer | null {
  const [first, ...rest] = privateKey.trim().split('\n');
  if (first !== begin || rest.pop() !== end) return null;
  const blob = Buffer.from(rest.join(''), 'base64');
  const header = Buffer.concat([magic, field('none'), field('none'), field(''), uint32(1)]);
  const start = header.length + 4;
  const publicLength = field(keyType).length + field(Buffer.alloc(32)).length;
  const isOurs = blob.subarray(0, header.length).equals(header);
  if (!isOurs || blob.length < start + publicLength + 4) return null;
  if (blob.readUInt32BE(header.length) !== publicLength) return null;
  const secretLength = blob.readUInt32BE(start + publicLength);
  if (blob.length !== start + publicLength + 4 + secretLength) return null;
  return blob.subarray(start, start + publicLength);
}
