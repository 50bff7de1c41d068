import { DeployerError } from '../errors.ts';
import type { ClusterSnapshot } from '../state/cluster-snapshot.ts';
import type { Cluster } from './open-cluster.ts';

/** What is remembered of a cluster that must exist. @throws {DeployerError} `no-such-cluster` when it does not */
export function existing({ name, request, snapshot }: Cluster): ClusterSnapshot {
  if (snapshot !== null) return snapshot;
  throw new DeployerError('no-such-cluster', `there is no cluster "${name}"`, {
    hint: `Make it: deployer ${request.recipe.name}\nSee what there is: deployer list`,
  });
}
