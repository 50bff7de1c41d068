import { gzipSync } from 'node:zlib';

/** One entry, as an honest or a wicked archive may have it. */
export interface RawEntry {
  readonly name: string;
  readonly content?: string;
  /** Unix mode; 0644 unless said otherwise. */
  readonly mode?: number;
  /** What tar calls the type: `0` a file, `1` a hard link, `2` a link, `3` a device, `5` a folder. */
  readonly type?: '0' | '1' | '2' | '3' | '5' | '6';
  /** Where a link leads. */
  readonly target?: string;
}

/** A tar archive with these entries, just as they are. */
export function rawTar(entries: readonly RawEntry[]): Buffer {
  const blocks = entries.flatMap(
    ({ name, content = '', mode = 0o644, type = '0', target = '' }) => {
      const bytes = Buffer.from(content);
      const block = Buffer.alloc(512);
      block.write(name, 0);
      block.write(`${mode.toString(8).padStart(7, '0')}\0`, 100);
      block.write('0000000\x000000000\0', 108);
      block.write(`${bytes.length.toString(8).padStart(11, '0')}\0`, 124);
      block.write('00000000000\0', 136);
      block.write(' '.repeat(8), 148);
      block.write(type, 156);
      block.write(target, 157);
      block.write('ustar\x0000', 257);
      block.write('0000001\x000000003\0', 329);
      const sum = block.reduce((all, byte) => all + byte, 0);
      block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
      return [block, bytes, Buffer.alloc(-bytes.length & 511)];
    },
  );
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

/** The same, packed by gzip. */
export function rawTarGz(entries: readonly RawEntry[]): Buffer {
  return gzipSync(rawTar(entries));
}

/** A zip archive with these entries, not packed; links hold where they lead. */
export function rawZip(entries: readonly RawEntry[]): Buffer {
  const locals: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const { name, content = '', mode = 0o644, type = '0', target } of entries) {
    const file = Buffer.from(name);
    const bytes = Buffer.from(target ?? content);
    const sizes = Buffer.alloc(16);
    sizes.writeUInt32LE(crc32(bytes), 0);
    sizes.writeUInt32LE(bytes.length, 4);
    sizes.writeUInt32LE(bytes.length, 8);
    sizes.writeUInt16LE(file.length, 12);
    const local = Buffer.concat([
      Buffer.from('504b03040a00000000000000000000', 'hex').subarray(0, 14),
      sizes,
      file,
      bytes,
    ]);
    const fileType = type === '2' ? 0o120000 : type === '3' ? 0o020000 : 0o100000;
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(((fileType | mode) << 16) >>> 0, 6);
    tail.writeUInt32LE(offset, 10);
    central.push(
      Buffer.concat([
        Buffer.from('504b01020a030a0000000000000000000', 'hex').subarray(0, 16),
        sizes,
        tail,
        file,
      ]),
    );
    locals.push(local);
    offset += local.length;
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, directory, end]);
}

/** Node 20.19 has no crc32 of its own yet. */
function crc32(bytes: Buffer): number {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (0xedb88320 & -(crc & 1));
  }
  return ~crc >>> 0;
}
