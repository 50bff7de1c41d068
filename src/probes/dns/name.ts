const mostNameBytes = 255;
const mostLabelBytes = 63;
/** The two high bits of a length that is none but a pointer to the rest of the name, RFC 1035 section 4.1.4. */
const pointerBits = 0xc0;

/** Whether a server can be asked for `text`: labels of letters, digits, - and _, with or without the last dot. */
export function isDomainName(text: string): boolean {
  const labels = labelsOf(text);
  const bytes = labels.reduce((sum, label) => sum + 1 + label.length, 1);
  return labels.every((label) => /^[\w-]{1,63}$/.test(label)) && bytes <= mostNameBytes;
}

/** A domain name for which {@link isDomainName} holds, as it travels. */
export function encodeName(text: string): Buffer {
  const labels = labelsOf(text).map((label) =>
    Buffer.from(`${String.fromCharCode(label.length)}${label}`, 'latin1'),
  );
  return Buffer.concat([...labels, Buffer.alloc(1)]);
}

function labelsOf(text: string): readonly string[] {
  return text.replace(/\.$/, '').split('.');
}

/**
 * The name that begins at `start` of a message, without its last dot (`.` for the root), and where it ends there.
 *
 * @throws {RangeError} when the bytes are no name
 * @see RFC 1035 section 4.1.4 for the pointers by which a name shares its end with an earlier one
 */
export function readName(
  message: Buffer,
  start: number,
): { readonly name: string; readonly end: number } {
  const labels: string[] = [];
  let [at, lowest, bytes] = [start, start, 1];
  let end: number | undefined;
  for (let length = message.readUInt8(at); length > 0; length = message.readUInt8(at)) {
    if ((length & pointerBits) === pointerBits) {
      end ??= at + 2;
      at = message.readUInt16BE(at) & 0x3fff;
      // Pointers lead back only, so a name that would go in circles is found out.
      if (at >= lowest) throw new RangeError('a name points to no earlier one');
      lowest = at;
    } else {
      bytes += 1 + length;
      if (length > mostLabelBytes || bytes > mostNameBytes)
        throw new RangeError('a name is too long');
      labels.push(asText(message.subarray(at + 1, at + 1 + length), /[.\\]/));
      at += 1 + length;
    }
  }
  return { name: labels.join('.') || '.', end: end ?? at + 1 };
}

/**
 * Bytes as people write them: printable ones of ASCII as they are, those that `special` matches behind a backslash,
 * the rest as a backslash and three decimal digits.
 *
 * @see RFC 1035 section 5.1
 */
export function asText(bytes: Buffer, special: RegExp): string {
  return Array.from(bytes, (byte) => {
    const character = String.fromCharCode(byte);
    if (byte < 0x20 || byte > 0x7e) return `\\${String(byte).padStart(3, '0')}`;
    return special.test(character) ? `\\${character}` : character;
  }).join('');
}
