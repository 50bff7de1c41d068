import { quoteAll } from './quote.ts';
import { runtimeFile } from './runtime.ts';

const path = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const lines = { enter: oneLine('enter'), ask: oneLine('ask'), put: oneLine('put') };

/**
 * The command line that starts one of the entrances of the runtime on a node, the same for any login shell.
 * @param sudo true when the login user is not root.
 */
export function execLine(
  entrance: keyof typeof lines,
  words: readonly string[],
  { sudo = false }: { readonly sudo?: boolean | undefined } = {},
): string {
  const prefix = sudo ? 'exec sudo -n' : 'exec';
  return `${prefix} env -i PATH=${path} HOME=/root LC_ALL=C sh -c '${lines[entrance]}' deployer ${quoteAll(words)}`;
}

/** @throws {Error} when the file holds what some login shell would not pass on inside single quotes. */
function oneLine(entrance: string): string {
  const line = runtimeFile(entrance)
    .trim()
    .replaceAll(/\s*\n\s*/g, ' ');
  if (/['\\!]/.test(line)) throw new Error(`runtime/${entrance}.sh cannot stand in single quotes`);
  return line;
}
