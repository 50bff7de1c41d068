import { createPublicKey, verify } from 'node:crypto';
import ssh2 from 'ssh2';
import { DeployerError } from '../errors.ts';

/** What an authority says about a host key. */
export interface HostCertificate {
  /** The host's key in ssh's wire form. */
  readonly key: Buffer;
  /** Names of the host, which may hold `*` and `?`; any host when empty. */
  readonly principals: readonly string[];
  /** Seconds since the epoch: it holds from the first up to, but not including, the second. */
  readonly validAfter: bigint;
  readonly validBefore: bigint;
  /** The key that has signed it, in ssh's wire form. */
  readonly authority: Buffer;
}

const form = 'ssh-ed25519-cert-v01@openssh.com';
const hostType = 2;

/**
 * Reads a certificate of an ed25519 host key and checks its signature; whether the authority is one that is trusted, and
 * names and time fit, is left to the caller.
 *
 * @throws {DeployerError} `bad-certificate` when it is none, is for users, asks for what we do not know, or was not
 * signed by the key that it names.
 * @see https://cvsweb.openbsd.org/src/usr.bin/ssh/PROTOCOL.certkeys
 */
export function readHostCertificate(blob: Buffer): HostCertificate {
  try {
    return readChecked(blob);
  } catch (cause) {
    if (cause instanceof DeployerError) throw cause;
    throw badCertificate('it cannot be read', cause);
  }
}

function readChecked(blob: Buffer): HostCertificate {
  const reader = readFields(blob);
  if (reader.field().toString('latin1') !== form) throw badCertificate(`it is no ${form}`);
  reader.field(); // nonce
  const point = reader.field();
  reader.number(8); // serial
  if (reader.number(4) !== BigInt(hostType)) throw badCertificate('it is not for a host');
  reader.field(); // key id
  const principals = readList(reader.field());
  const validAfter = reader.number(8);
  const validBefore = reader.number(8);
  if (reader.field().length > 0) throw badCertificate('it holds critical options');
  reader.field(); // extensions
  reader.field(); // reserved
  const authority = reader.field();
  const signed = blob.subarray(0, reader.at);
  const signature = reader.field();
  if (reader.at !== blob.length) throw badCertificate('something follows its signature');
  if (!isSigned(signed, signature, authority)) throw badCertificate('its signature is wrong');
  const key = Buffer.concat([field('ssh-ed25519'), field(point)]);
  return { key, principals, validAfter, validBefore, authority };
}

/** Hashes by the name of the signature; SHA-1 is not among them. */
const hashes: Readonly<Record<string, string | null>> = {
  'ssh-ed25519': null,
  'rsa-sha2-256': 'sha256',
  'rsa-sha2-512': 'sha512',
  'ecdsa-sha2-nistp256': 'sha256',
  'ecdsa-sha2-nistp384': 'sha384',
  'ecdsa-sha2-nistp521': 'sha512',
};

function isSigned(signed: Buffer, signature: Buffer, authority: Buffer): boolean {
  const reader = readFields(signature);
  const name = reader.field().toString('latin1');
  const bytes = reader.field();
  const type = readFields(authority).field().toString('latin1');
  const hash = hashes[name];
  if (hash === undefined) throw badCertificate(`it is signed by ${name}, which is not trusted`);
  const fits = type === 'ssh-rsa' ? name.startsWith('rsa-sha2-') : name === type;
  const parsed = ssh2.utils.parseKey(`${type} ${authority.toString('base64')}`);
  if (!fits || parsed instanceof Error) throw badCertificate('its authority is no known key');
  const key = createPublicKey([parsed].flat()[0]?.getPublicPEM() ?? '');
  if (!name.startsWith('ecdsa-')) return verify(hash, signed, key, bytes);
  return verify(hash, signed, { key, dsaEncoding: 'ieee-p1363' }, pointOf(name, bytes));
}

/** Two numbers of any length as two of the curve's length. */
function pointOf(name: string, bytes: Buffer): Buffer {
  const length = Math.ceil(Number(name.slice(-3)) / 8);
  const reader = readFields(bytes);
  const numbers = [reader.field(), reader.field()].map((number) => {
    const significant = number.subarray(number.findIndex((byte) => byte !== 0));
    return Buffer.concat([Buffer.alloc(Math.max(0, length - significant.length)), significant]);
  });
  return Buffer.concat(numbers);
}

function readList(bytes: Buffer): readonly string[] {
  const reader = readFields(bytes);
  const list: string[] = [];
  while (reader.at < bytes.length) list.push(reader.field().toString('utf8'));
  return list;
}

/** Reads one after the other; throws a RangeError where the bytes end before. */
function readFields(bytes: Buffer) {
  let at = 0;
  const take = (length: number) => {
    if (at + length > bytes.length) throw new RangeError('it ends in the middle');
    at += length;
    return bytes.subarray(at - length, at);
  };
  return {
    get at() {
      return at;
    },
    field: () => take(take(4).readUInt32BE(0)),
    number: (length: 4 | 8) => BigInt(`0x${take(length).toString('hex')}`),
  };
}

function field(content: string | Buffer): Buffer {
  const bytes = Buffer.from(content);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

function badCertificate(why: string, cause?: unknown): DeployerError {
  return new DeployerError('bad-certificate', `the certificate of the host key: ${why}`, { cause });
}
