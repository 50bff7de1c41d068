import { fits } from '../../../src/ssh-config/patterns.ts';
import { readSshConfig, type SshDirective } from '../../../src/ssh-config/ssh-config.ts';

/** The directives of a text; other files are there by their names. */
export function directivesOf(
  text: string,
  others: Readonly<Record<string, string>> = {},
): Promise<readonly SshDirective[]> {
  const all: Readonly<Record<string, string>> = { ...others, config: text };
  return readSshConfig('config', {
    read: async (file) => all[file] ?? null,
    matching: async (pattern) => Object.keys(others).filter((name) => fits(pattern, name)),
  });
}
