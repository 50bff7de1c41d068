import { nodeName } from '../plan/model.ts';
import { endMachines, machinesToEnd, sweepCluster } from './end-machines.ts';
import { journalled } from './journalled.ts';
import type { Place } from './open-place.ts';
import { assertEndable, liftProtection } from './protection.ts';
import type { Run } from './run.ts';

/**
 * Ends all machines of a cluster, those that are remembered and those that the cloud knows, and removes what it leaves
 * besides them. Gives the ids of the machines.
 * @throws {DeployerError} `protected` before anything is touched; `left-behind` with what is still there
 */
export async function endCluster(
  run: Run<Place>,
  uid: string,
  forceUnprotect: boolean,
): Promise<readonly string[]> {
  const { provider, name, hosts } = run.cluster;
  const nodes = run.snapshot?.nodes ?? [];
  const names = new Map(
    nodes.map(({ instanceId, ordinal }) => [instanceId, nodeName(name, ordinal)]),
  );
  // A machine of one's own tells itself whose it is, at once: one that is only remembered may be another cluster's by now.
  const remembered = hosts === null ? nodes.flatMap(({ instanceId }) => instanceId ?? []) : [];
  const ids = await machinesToEnd({ uid }, remembered, provider, run.context);
  await liftProtection(run, await assertEndable(run.cluster, ids, forceUnprotect));
  const ending = {
    ids,
    nameOf: (id: string) => names.get(id) ?? id,
    terminate: (fresh: readonly string[]) =>
      journalled(run, { kind: 'terminate', token: run.id, request: fresh }, () =>
        provider.terminate(fresh),
      ),
  };
  const ended = await endMachines({ uid }, provider, ending, run.context);
  await sweepCluster({ uid, name }, provider);
  return ended;
}
