import type { ResolvedRequest } from '../config/request.ts';

/** The command line of an operation on exactly this cluster, for hints. */
export function commandFor(
  { recipe, profileName, clusterName }: ResolvedRequest,
  operation: string,
): string {
  const profile = profileName === 'default' ? '' : ` -p ${profileName}`;
  const name = clusterName === `${recipe.name}-${profileName}` ? '' : ` --name ${clusterName}`;
  return `deployer ${recipe.name} --op ${operation}${profile}${name}`;
}
