import { DeployerError, toDeployerError } from '../errors.ts';
import { nodeName } from '../plan/model.ts';
import type { ClusterRef, Machine, Provider } from '../providers/provider.ts';
import type { ActionContext } from './context.ts';

const phase = 'terminate';
const goneTimeoutMs = 120_000;

/**
 * Ends a cluster's machines until none is left, also those that show up only later, and gives the ids of all that were
 * ended.
 * @param terminate asks the cloud for the end of these machines
 */
export async function endMachines(
  { uid, name }: ClusterRef,
  provider: Provider,
  terminate: (ids: readonly string[]) => Promise<void>,
  { emit, clock, signal }: ActionContext,
): Promise<readonly string[]> {
  const startedMs = clock.monotonicMs();
  const asked = new Set<string>();
  let living = await livingMachines(provider, uid);
  if (living.length === 0) return [];
  emit({
    type: 'phase-started',
    phase,
    nodes: living.map(({ ordinal }) => nodeName(name, ordinal)),
  });
  try {
    while (living.length > 0 && clock.monotonicMs() - startedMs < goneTimeoutMs) {
      const fresh = living.map(({ id }) => id).filter((id) => !asked.has(id));
      for (const id of fresh) asked.add(id);
      if (fresh.length > 0) await terminate(fresh);
      else await clock.sleep(provider.pollMs, signal);
      living = await livingMachines(provider, uid);
    }
  } finally {
    const ms = clock.monotonicMs() - startedMs;
    const { size: total } = asked;
    const done = total - living.filter(({ id }) => asked.has(id)).length;
    const detail = [...asked].join(' ');
    emit({ type: 'phase-ended', phase, ok: living.length === 0, done, total, ms, detail });
  }
  return [...asked];
}

/**
 * Those of a cluster's machines that have not ended. Where somebody took the place off one, nobody can tell which node it
 * is: then there are none to tell of, and the sweep ends them all.
 */
export async function livingMachines(provider: Provider, uid: string): Promise<readonly Machine[]> {
  const machines = await provider.describe(uid).catch((error: unknown) => {
    if (toDeployerError(error).code === 'foreign-machine') return [];
    throw error;
  });
  return machines.filter(({ state }) => state !== 'terminated');
}

/**
 * Removes what a cluster leaves besides machines, and looks for whatever is left.
 * @throws {DeployerError} `left-behind` with what is still there
 */
export async function sweepCluster({ uid, name }: ClusterRef, provider: Provider): Promise<void> {
  const left = await provider.sweep(uid);
  if (left.length === 0) return;
  const list = left.map(({ kind, id, state }) => `${kind} ${id} (${state})`).join('\n');
  throw new DeployerError('left-behind', `something of ${name} is still there`, {
    excerpt: list,
    hint: 'Run the same command again; if it stays, remove it with the tools of the cloud.',
  });
}
