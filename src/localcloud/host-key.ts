import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto';

/** A machine's ssh host key, in the forms in which sshd and its clients have it. */
export interface HostKey {
  /** Text of the private key's file. */
  readonly privateKey: string;
  /** One line, as in a `.pub` file. */
  readonly publicKey: string;
  /** `SHA256:…` as ssh shows it. */
  readonly fingerprint: string;
}

/** A new ed25519 key whose public line ends in `comment`. */
export function generateHostKey(comment: string): HostKey {
  // As DER at once: a KeyObject fresh from here may deadlock Node when garbage is collected while it is exported.
  const der = generateKeyPairSync('ed25519', {
    privateKeyEncoding: { type: 'pkcs8', format: 'der' },
    publicKeyEncoding: { type: 'spki', format: 'der' },
  });
  // The seed is the end of the private key, the point that of the public one (RFC 8410).
  const publicBytes = der.publicKey.subarray(-32);
  const blob = Buffer.concat([field('ssh-ed25519'), field(publicBytes)]);
  const secret = Buffer.concat([der.privateKey.subarray(-32), publicBytes]);
  return {
    privateKey: privateKeyFile(blob, secret, comment),
    publicKey: `ssh-ed25519 ${blob.toString('base64')} ${comment}`,
    fingerprint: fingerprintOf(blob),
  };
}

/** The fingerprint of a key in ssh's wire form, as `SHA256:…`. */
export function fingerprintOf(blob: Buffer): string {
  return `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}`;
}

/**
 * The key in the one form of file that every sshd reads.
 * @see https://cvsweb.openbsd.org/src/usr.bin/ssh/PROTOCOL.key
 */
function privateKeyFile(blob: Buffer, secret: Buffer, comment: string): string {
  const check = randomBytes(4);
  const inner = Buffer.concat([check, check, blob, field(secret), field(comment)]);
  const padding = Buffer.from([1, 2, 3, 4, 5, 6, 7].slice(0, (8 - (inner.length % 8)) % 8));
  const body = Buffer.concat([
    Buffer.from('openssh-key-v1\0'),
    field('none'),
    field('none'),
    field(''),
    number(1),
    field(blob),
    field(Buffer.concat([inner, padding])),
  ]);
  const lines = body.toString('base64').match(/.{1,70}/g) ?? [];
  return [
    '-----BEGIN OPENSSH PRIVATE KEY-----',
    ...lines,
    '-----END OPENSSH PRIVATE KEY-----',
    '',
  ].join('\n');
}

function field(content: string | Buffer): Buffer {
  const bytes = Buffer.from(content);
  return Buffer.concat([number(bytes.length), bytes]);
}

function number(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
