import { gzipSync } from 'node:zlib';
import type { ApplyScript } from './script.ts';
import { tar } from './tar.ts';

/**
 * Everything that one node needs for one exchange, as a tar.gz: each file once, under the hash of its content, and
 * `run.sh` last, so that an archive without its end has no script.
 */
export function bundle({ text, files }: ApplyScript): Buffer {
  const contents = new Map(files.map(({ hash, content }) => [hash, content]));
  return gzipSync(
    tar([
      ...[...contents].map(([hash, content]) => ({ name: `files/${hash}`, content })),
      { name: 'run.sh', content: Buffer.from(text) },
    ]),
  );
}
