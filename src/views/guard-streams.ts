/**
 * Lets the process go on when the reader of a stream has gone (`deployer list | head -1`, a closed terminal): what is
 * written then is lost, and neither crashes the process nor changes its exit code. Other errors are thrown on.
 */
export function guardStreams(streams: readonly NodeJS.WritableStream[]): void {
  for (const stream of streams) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === undefined || !readerHasGone.has(error.code)) throw error;
    });
  }
}

/** EIO is what a terminal answers after it was closed. */
const readerHasGone: ReadonlySet<string> = new Set([
  'EPIPE',
  'EIO',
  'ECONNRESET',
  'ERR_STREAM_DESTROYED',
]);
