const begin = '-----BEGIN OPENSSH PRIVATE KEY-----';
const end = '-----END OPENSSH PRIVATE KEY-----';
const magic = 'openssh-key-v1\0';

/**
 * The public half of a private key in OpenSSH's format, in ssh's wire form: it stands in the clear there, also where the
 * private half is encrypted. Undefined for any other text.
 * @see https://github.com/openssh/openssh-portable/blob/master/PROTOCOL.key
 */
export function publicHalf(text: string): Buffer | undefined {
  const from = text.indexOf(begin);
  const to = text.indexOf(end);
  if (from < 0 || to < from) return undefined;
  const blob = Buffer.from(text.slice(from + begin.length, to), 'base64');
  if (blob.toString('latin1', 0, magic.length) !== magic) return undefined;
  let at = magic.length;
  const field = () => {
    const start = at + 4;
    if (start > blob.length) return undefined;
    at = start + blob.readUInt32BE(at);
    return at > blob.length ? undefined : blob.subarray(start, at);
  };
  // Cipher, key derivation and its options come first, then how many keys there are.
  const isWhole = [field(), field(), field()].every((each) => each !== undefined);
  at += 4;
  return isWhole ? field() : undefined;
}
