import { generateKeyPairSync, type KeyObject } from 'node:crypto';

/** A public key as one OpenSSH line without a comment. */
export function openSshKey(key: KeyObject): string {
  const { kty, x = '', e = '', n = '' } = key.export({ format: 'jwk' });
  const parts =
    kty === 'RSA'
      ? ['ssh-rsa', positive(base64url(e)), positive(base64url(n))]
      : ['ssh-ed25519', base64url(x)];
  const blob = Buffer.concat(parts.map((part) => field(Buffer.from(part))));
  return `${parts[0]} ${blob.toString('base64')}`;
}

/**
 * A key that nobody has the private half of: for clouds that import RSA keys only, where a key pair is no more than a
 * name that machines are found by.
 */
export function throwAwayRsaKey(): string {
  return openSshKey(generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey);
}

function base64url(text: string): Buffer {
  return Buffer.from(text, 'base64url');
}

/** A number whose first bit is set would be read as a negative one. */
function positive(bytes: Buffer): Buffer {
  return (bytes[0] ?? 0) < 0x80 ? bytes : Buffer.concat([Buffer.alloc(1), bytes]);
}

function field(bytes: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}
