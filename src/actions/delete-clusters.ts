import { DeployerError, toDeployerError } from '../errors.ts';
import type { ClusterRef, Provider } from '../providers/provider.ts';
import type { ActionContext } from './context.ts';
import { endMachines, machinesToEnd, sweepCluster } from './end-machines.ts';

interface Failed {
  readonly cluster: ClusterRef;
  readonly error: DeployerError;
}

/**
 * Deletes all that clusters have at a cloud and gives their uids. One that cannot be deleted does not keep the others.
 * @throws {DeployerError} with the code of the first failure, once the others are deleted; it tells which those are
 */
export async function deleteClusters(
  clusters: readonly ClusterRef[],
  provider: Provider,
  context: ActionContext,
): Promise<readonly string[]> {
  const deleted: ClusterRef[] = [];
  const failures: Failed[] = [];
  for (const cluster of clusters) {
    try {
      await deleteCluster(cluster, provider, context);
      deleted.push(cluster);
    } catch (error) {
      if (context.signal.aborted) throw error;
      failures.push({ cluster, error: toDeployerError(error) });
    }
  }
  const [first] = failures;
  if (first !== undefined) throw notDeleted(first.error, failures, deleted);
  return deleted.map(({ uid }) => uid);
}

async function deleteCluster(
  cluster: ClusterRef,
  provider: Provider,
  context: ActionContext,
): Promise<void> {
  const ending = {
    ids: await machinesToEnd(cluster, [], provider, context),
    nameOf: (id: string) => id,
    terminate: (ids: readonly string[]) => provider.terminate(ids),
  };
  await endMachines(cluster, provider, ending, context);
  await sweepCluster(cluster, provider);
}

function notDeleted(
  { code, hint, retryable, cause }: DeployerError,
  failures: readonly Failed[],
  deleted: readonly ClusterRef[],
): DeployerError {
  const total = failures.length + deleted.length;
  const lines = [
    ...failures.flatMap(({ cluster, error: { message, excerpt } }) => [
      `${words(cluster)}: ${message}`,
      ...(excerpt === undefined ? [] : [excerpt]),
    ]),
    `deleted: ${deleted.length === 0 ? 'none' : deleted.map(words).join(', ')}`,
  ];
  const message = `${failures.length} of ${total} ownerless clusters could not be deleted`;
  return new DeployerError(code, message, {
    ...{ excerpt: lines.join('\n'), retryable, cause },
    ...(hint === undefined ? {} : { hint }),
  });
}

function words({ uid, name }: ClusterRef): string {
  return `${name} (${uid})`;
}
