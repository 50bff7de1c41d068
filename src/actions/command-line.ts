import type { ActionContext, ClusterRequest } from './context.ts';

/** The options of a request that another command repeats to be about the same cluster or the same files. */
type Choice = Partial<Pick<ClusterRequest, 'profile' | 'config' | 'name' | 'state'>>;

/** A command line of this program, called as it was called now, ready to be pasted. */
export function commandLine(
  words: readonly string[],
  { profile, config, name, state }: Choice,
  env: ActionContext['env'],
): string {
  const program = env['DEPLOYER_COMMAND'] ?? 'deployer';
  const options = Object.entries({ '-p': profile, '-c': config, '--name': name, '--state': state });
  const chosen = options.flatMap(([option, value]) => (value === undefined ? [] : [option, value]));
  return [program, ...words, ...chosen].map(shellWord).join(' ');
}

function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
