import type { ClusterRequest } from '../actions/context.ts';

/**
 * The commands that people need next for a cluster, ready to be pasted: the options that chose it are repeated.
 * @param program how this program was called
 */
export function nextCommands(
  request: ClusterRequest,
  program: string,
): Record<'look' | 'log in' | 'remove', string> {
  const { recipe } = request;
  const options = choosingOptions(request);
  return {
    look: `${program} ${recipe} --op status${options}`,
    'log in': `${program} ssh ${recipe} 1${options}`,
    remove: `${program} ${recipe} --op destroy${options}`,
  };
}

function choosingOptions({ profile, config, name, state }: ClusterRequest): string {
  return Object.entries({ '-p': profile, '-c': config, '--name': name, '--state': state })
    .map(([option, value]) => (value === undefined ? '' : ` ${option} ${shellWord(value)}`))
    .join('');
}

function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
