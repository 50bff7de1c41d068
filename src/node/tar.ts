const blockBytes = 512;

/** One regular file of an archive. */
export interface TarEntry {
  /** Relative, ASCII, at most 100 characters. */
  readonly name: string;
  readonly content: Buffer;
}

/**
 * An uncompressed tar archive (POSIX ustar) of regular files, mode 0600, in the order given. Times and owners are
 * zero, so that equal files give equal archives.
 * @throws {RangeError} when a name does not fit the format.
 * @see https://pubs.opengroup.org/onlinepubs/9699919799/utilities/pax.html "ustar Interchange Format"
 */
export function tar(entries: readonly TarEntry[]): Buffer {
  const blocks = entries.flatMap(({ name, content }) => [
    header(name, content.length),
    content,
    Buffer.alloc(-content.length & (blockBytes - 1)),
  ]);
  return Buffer.concat([...blocks, Buffer.alloc(2 * blockBytes)]);
}

function header(name: string, size: number): Buffer {
  if (!/^[\x21-\x7e]{1,100}$/.test(name) || name.startsWith('/')) {
    throw new RangeError(`"${name}" cannot be the name of a file in an archive`);
  }
  const block = Buffer.alloc(blockBytes);
  block.write(name, 0, 'ascii');
  block.write('0000600\0', 100, 'ascii');
  block.write('0000000\0', 108, 'ascii');
  block.write('0000000\0', 116, 'ascii');
  block.write(`${octal(size, 11)}\0`, 124, 'ascii');
  block.write(`${octal(0, 11)}\0`, 136, 'ascii');
  block.write(' '.repeat(8), 148, 'ascii');
  block.write('0', 156, 'ascii');
  block.write('ustar\x0000', 257, 'ascii');
  const checksum = block.reduce((sum, byte) => sum + byte, 0);
  block.write(`${octal(checksum, 6)}\0 `, 148, 'ascii');
  return block;
}

function octal(value: number, digits: number): string {
  return value.toString(8).padStart(digits, '0');
}
