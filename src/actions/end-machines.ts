import { DeployerError } from '../errors.ts';
import type { ClusterRef, Provider } from '../providers/provider.ts';
import type { ActionContext } from './context.ts';
import { lookAgain } from './look-again.ts';

const phase = 'terminate';
const goneTimeoutMs = 120_000;

/** Which machines end, and how. */
export interface Ending {
  /** Ids of the machines that are known, whether or not the cloud shows them. */
  readonly ids: readonly string[];
  /** A machine as people know it. */
  nameOf(id: string): string;
  /** Asks the cloud for the end of these machines. */
  terminate(ids: readonly string[]): Promise<void>;
}

/**
 * Ends a cluster's machines until none is left, also those that show up only later, and gives the ids of all that were
 * ended.
 */
export async function endMachines(
  { uid }: Pick<ClusterRef, 'uid'>,
  provider: Provider,
  { ids, nameOf, terminate }: Ending,
  { emit, clock, signal }: ActionContext,
): Promise<readonly string[]> {
  const startedMs = clock.monotonicMs();
  const asked = new Set<string>();
  let living = ids;
  if (living.length === 0) return [];
  emit({ type: 'phase-started', phase, nodes: living.map(nameOf) });
  try {
    while (living.length > 0 && clock.monotonicMs() - startedMs < goneTimeoutMs) {
      const fresh = living.filter((id) => !asked.has(id));
      for (const id of fresh) asked.add(id);
      if (fresh.length > 0) await terminate(fresh);
      else await clock.sleep(provider.pollMs, signal);
      living = await livingIds(provider, uid);
    }
  } finally {
    const ms = clock.monotonicMs() - startedMs;
    const { size: total } = asked;
    const done = total - living.filter((id) => asked.has(id)).length;
    const detail = [...asked].join(' ');
    emit({ type: 'phase-ended', phase, ok: living.length === 0, done, total, ms, detail });
  }
  return [...asked];
}

async function livingIds(provider: Provider, uid: string): Promise<readonly string[]> {
  return notEnded(await provider.machineStates(uid));
}

type States = Awaited<ReturnType<Provider['machineStates']>>;

function notEnded(states: States): readonly string[] {
  return [...states].flatMap(([id, state]) => (state === 'terminated' ? [] : [id]));
}

/**
 * The ids of a cluster's machines that are to be ended: those that the cloud shows, and of the remembered ones also those
 * that it does not show even after a while, but none of which it says that it has ended.
 */
export async function machinesToEnd(
  { uid }: Pick<ClusterRef, 'uid'>,
  remembered: readonly string[],
  provider: Provider,
  context: Pick<ActionContext, 'clock' | 'signal'>,
): Promise<readonly string[]> {
  const unseenIn = (states: States) => remembered.filter((id) => !states.has(id));
  const isLacking = (states: States) => unseenIn(states).length > 0;
  const states = await lookAgain(() => provider.machineStates(uid), isLacking, provider, context);
  return [...notEnded(states), ...unseenIn(states)];
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
