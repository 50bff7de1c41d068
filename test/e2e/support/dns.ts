import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * What a name server answers to `dig` for a name, sorted: over UDP, where a cut answer stays cut, or over TCP. An answer
 * that is no list of addresses, such as a complaint of dig, is given as it is.
 */
export async function digged(
  server: string,
  name: string,
  { tcp = false, port = 53 } = {},
): Promise<readonly string[]> {
  const way = tcp ? '+tcp' : '+ignore';
  const words = ['+short', '+tries=1', '+time=2', way, '-p', String(port), `@${server}`, name];
  // dig ends with an error of its own where nobody answers.
  const { stdout } = await run('dig', words).catch((error: { readonly stdout: string }) => error);
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .toSorted();
}
