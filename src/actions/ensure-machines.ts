import { imageText } from '../config/profile.ts';
import { DeployerError } from '../errors.ts';
import { isAlive, type MachineChange } from '../plan/machines.ts';
import { nodeName } from '../plan/model.ts';
import type { ClusterSnapshot } from '../state/cluster-snapshot.ts';
import { journalled } from './journalled.ts';
import { launchMachines } from './launch-machines.ts';
import { type Node, nodesOf } from './nodes.ts';
import { type Reach, reachNodes } from './reach-nodes.ts';
import type { Run } from './run.ts';
import { withMachines } from './with-machines.ts';

const phase = 'launch';

/** How often the cloud is asked about machines that do not answer yet. */
const watchMs = 2_000;

/** The machines that are there now, and the nodes that answer. */
export interface Site extends Reach {
  readonly snapshot: ClusterSnapshot;
  readonly nodes: readonly Node[];
}

/**
 * Launches, replaces and starts what the plan says and waits until every such machine answers on SSH.
 * A node that does not answer is a failure of that node; the others are given back.
 */
export async function ensureMachines(
  run: Run,
  snapshot: ClusterSnapshot,
  changes: readonly MachineChange[],
): Promise<Site> {
  const { emit, clock } = run.context;
  const { cluster } = run;
  const settled = await settleImage(run, snapshot, changes);
  const wanted = new Set(
    changes.filter(({ action }) => action !== 'keep').map(({ ordinal }) => ordinal),
  );
  const names = [...wanted].map((ordinal) => nodeName(cluster.name, ordinal));
  const startedMs = clock.monotonicMs();
  emit({ type: 'phase-started', phase, nodes: names });
  const end = (ok: boolean, done: number, detail: string) => {
    const ms = clock.monotonicMs() - startedMs;
    emit({ type: 'phase-ended', phase, ok, done, total: names.length, ms, detail });
  };
  try {
    const launched = await bringUp(run, settled, changes);
    const all = await awaitAddresses(run, launched, wanted);
    const nodes = all.filter((node) => wanted.has(node.ordinal));
    const { reached, failures } = await reachNew(run, launched.uid, nodes, startedMs);
    const ids = reached.map((node) => node.machine.id).join(' ');
    end(failures.length === 0, reached.length, ids);
    const known = all.flatMap(({ machine }) => (machine === undefined ? [] : [machine]));
    return { snapshot: withMachines(launched, known), nodes: all, reached, failures };
  } catch (error) {
    end(false, 0, '');
    throw error;
  }
}

/** Finds what machines are launched from, where some are: the image of the machines that there are, as long as it is wished for. */
async function settleImage(
  { cluster }: Run,
  snapshot: ClusterSnapshot,
  changes: readonly MachineChange[],
): Promise<ClusterSnapshot> {
  if (!changes.some(isLaunch)) return snapshot;
  const { profile } = cluster.request;
  const wish = imageText(profile.image);
  const wished = snapshot.image?.wish === wish ? snapshot.image.id : profile.image;
  const { id, username } = await cluster.provider.prepare(wished);
  const image = { wish, id, username: username ?? snapshot.image?.username ?? null };
  cluster.login.username = profile.username ?? image.username ?? cluster.login.username;
  return { ...snapshot, image };
}

function isLaunch({ action }: MachineChange): boolean {
  return action === 'launch' || action === 'replace';
}

async function bringUp(
  run: Run,
  snapshot: ClusterSnapshot,
  changes: readonly MachineChange[],
): Promise<ClusterSnapshot> {
  const off = changes.flatMap(({ action, machineId }) =>
    action === 'start' && machineId !== null ? [machineId] : [],
  );
  if (off.length > 0) await startMachines(run, snapshot.uid, off);
  run.context.signal.throwIfAborted();
  return changes.some(isLaunch) ? launchMachines(run, snapshot, changes) : snapshot;
}

/** Starts machines that are off, once those that are still stopping have stopped: before that no cloud starts them. */
async function startMachines(run: Run, uid: string, ids: readonly string[]): Promise<void> {
  const { clock, signal } = run.context;
  const { provider, request } = run.cluster;
  const deadline = clock.monotonicMs() + request.profile.reachTimeoutMs;
  const isStopping = async () =>
    (await provider.describe(uid)).some(
      ({ id, state }) => ids.includes(id) && state === 'stopping',
    );
  while (clock.monotonicMs() < deadline && (await isStopping())) {
    await clock.sleep(provider.pollMs, signal);
  }
  await journalled(run, { kind: 'start', token: run.id, request: ids }, () => provider.start(ids));
}

/** Asks the cloud until each machine that is to come up has an address, or has ended instead. */
async function awaitAddresses(
  run: Run,
  snapshot: ClusterSnapshot,
  wanted: ReadonlySet<number>,
): Promise<readonly Node[]> {
  const { clock, signal } = run.context;
  const { provider, request } = run.cluster;
  const deadline = clock.monotonicMs() + request.profile.reachTimeoutMs;
  while (true) {
    const nodes = nodesOf(run.cluster, snapshot, await provider.describe(snapshot.uid));
    const pending = nodes.filter((node) => wanted.has(node.ordinal) && !hasAddress(node));
    if (pending.length === 0) return nodes;
    const ended = pending.find(({ machine }) => machine?.state === 'terminated');
    if (ended !== undefined) throw launchEnded(ended);
    if (clock.monotonicMs() >= deadline) {
      const names = pending.map(({ name }) => name).join(', ');
      throw new DeployerError('no-address', `the cloud gave no address to ${names}`, {
        hint: 'Run the same command again to go on waiting, or destroy the cluster.',
      });
    }
    await clock.sleep(provider.pollMs, signal);
  }
}

function hasAddress({ machine }: Node): boolean {
  return machine !== undefined && isAlive(machine) && machine.address !== undefined;
}

function launchEnded({ name, machine }: Node): DeployerError {
  const reason = machine?.stateReason ?? 'the cloud gives no reason';
  return new DeployerError('launch-failed', `the machine of ${name} ended at once: ${reason}`, {
    hint: 'Correct the reason and run the same command again.',
  });
}

/** Connects to the machines that come up, and asks the cloud meanwhile whether they still do. */
async function reachNew(
  run: Run,
  uid: string,
  nodes: readonly Node[],
  startedMs: number,
): Promise<Reach> {
  const { emit, clock } = run.context;
  const { cluster } = run;
  const ends = new Map(nodes.map((node) => [node.ordinal, new AbortController()]));
  const watching = new AbortController();
  const watch = watchMachines(run, uid, nodes, ends, watching.signal);
  try {
    return await reachNodes(
      cluster,
      nodes,
      {
        timeoutMs: cluster.request.profile.reachTimeoutMs,
        pins: true,
        signalFor: (node) => ends.get(node.ordinal)?.signal ?? watching.signal,
        onProgress: (node, text) => emit({ type: 'phase-progress', phase, node: node.name, text }),
        onReached: (node) => {
          const ms = clock.monotonicMs() - startedMs;
          emit({ type: 'node-phase-ended', phase, node: node.name, ok: true, ms });
        },
      },
      run.context,
    );
  } finally {
    watching.abort();
    await watch;
  }
}

/** Ends the attempt to reach a machine that the cloud has ended. Until told to stop, in which it never fails. */
async function watchMachines(
  { cluster, context }: Run,
  uid: string,
  nodes: readonly Node[],
  ends: ReadonlyMap<number, AbortController>,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    await context.clock.sleep(watchMs, signal).catch(() => undefined);
    if (signal.aborted) return;
    const machines = await cluster.provider.describe(uid).catch(() => []);
    for (const machine of machines.filter(({ state }) => state === 'terminated')) {
      const node = nodes.find((candidate) => candidate.machine?.id === machine.id);
      if (node !== undefined) ends.get(node.ordinal)?.abort(launchEnded({ ...node, machine }));
    }
  }
}
