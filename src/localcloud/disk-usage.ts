import { execFile } from 'node:child_process';

/** The bytes that a folder takes on the disk, as far as this user may look; 0 when it is not there. */
export function diskUsage(folder: string): Promise<number> {
  return new Promise((resolve) => {
    // du exits with 1 where it was kept out of a folder, and has counted the others.
    execFile(
      'du',
      ['--summarize', '--block-size=1', '--one-file-system', folder],
      (_error, stdout) => {
        resolve(Number.parseInt(stdout, 10) || 0);
      },
    );
  });
}
