import type { ResolvedPlace } from '../config/request.ts';

/** The command line of an operation on exactly this cluster, for hints. */
export function commandFor(
  { recipeName, profileName, clusterName }: ResolvedPlace,
  operation: string,
): string {
  const profile = profileName === 'default' ? '' : ` -p ${profileName}`;
  const name = clusterName === `${recipeName}-${profileName}` ? '' : ` --name ${clusterName}`;
  return `deployer ${recipeName} --op ${operation}${profile}${name}`;
}
