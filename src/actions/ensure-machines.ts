import { imageText } from '../config/profile.ts';
import type { NodeFailure } from '../errors.ts';
import type { MachineChange } from '../plan/machines.ts';
import { nodeName } from '../plan/model.ts';
import type { ClusterSnapshot } from '../state/cluster-snapshot.ts';
import { awaitMachines, launchFailed, launchPhase as phase } from './await-machines.ts';
import { journalled } from './journalled.ts';
import { labelMachines, launchMachines } from './launch-machines.ts';
import type { Node } from './nodes.ts';
import type { Reach } from './reach-nodes.ts';
import type { Run } from './run.ts';
import { withMachines } from './with-machines.ts';

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
  let up: Site = { snapshot, nodes: [], reached: [], failures: [] };
  let ok = false;
  try {
    up = await bringUp(run, settled, changes, startedMs);
    ok = up.failures.length === 0;
  } finally {
    const ms = clock.monotonicMs() - startedMs;
    const { length: done } = up.reached;
    const detail = up.reached.map((node) => node.machine.id).join(' ');
    emit({ type: 'phase-ended', phase, ok, done, total: names.length, ms, detail });
  }
  return up;
}

/** How often a machine that ended at once is replaced in one run. */
const mostReplaced = 2;

/** Brings machines up; one that a launch gave and that ended at once gets a successor, a bounded number of times. */
async function bringUp(
  run: Run,
  snapshot: ClusterSnapshot,
  changes: readonly MachineChange[],
  startedMs: number,
): Promise<Site> {
  let site = await bringUpOnce(run, snapshot, changes, startedMs);
  let launched: readonly MachineChange[] = changes.filter(isLaunch);
  for (let round = 0; round < mostReplaced; round += 1) {
    const ended = endedAmong(launched, site);
    if (ended.length === 0) return site;
    for (const { error } of site.failures.filter(isEnded)) {
      const message = `${error.message}; it gets another one`;
      run.context.emit({ type: 'notice', level: 'warning', message });
    }
    const again = await bringUpOnce(run, site.snapshot, ended, startedMs);
    site = {
      ...again,
      reached: [...site.reached, ...again.reached].toSorted((a, b) => a.ordinal - b.ordinal),
      failures: [...site.failures.filter((failure) => !isEnded(failure)), ...again.failures],
    };
    launched = ended;
  }
  return site;
}

function endedAmong(
  launched: readonly MachineChange[],
  { nodes, failures }: Site,
): readonly MachineChange[] {
  const names = new Set(failures.filter(isEnded).map(({ node }) => node));
  return launched.flatMap((change): MachineChange[] => {
    const node = nodes.find(({ ordinal }) => ordinal === change.ordinal);
    if (node === undefined || !names.has(node.name)) return [];
    const machineId = node.machine?.id ?? null;
    const reason = node.machine?.stateReason ?? 'ended at once';
    const incarnation = change.incarnation + 1;
    return [{ ordinal: change.ordinal, action: 'replace', machineId, incarnation, reason }];
  });
}

function isEnded({ error }: NodeFailure): boolean {
  return error.code === launchFailed;
}

async function bringUpOnce(
  run: Run,
  snapshot: ClusterSnapshot,
  changes: readonly MachineChange[],
  startedMs: number,
): Promise<Site> {
  const off = changes.flatMap(({ action, machineId }) =>
    action === 'start' && machineId !== null ? [machineId] : [],
  );
  if (off.length > 0) await startMachines(run, snapshot.uid, off);
  run.context.signal.throwIfAborted();
  const launched = changes.some(isLaunch)
    ? await launchMachines(run, snapshot, changes)
    : { snapshot, machines: [] };
  // Names are for people, and nobody has to wait for them.
  const { uid, cluster: name } = snapshot;
  const labelling = labelMachines(run, { uid, name }, launched.machines);
  const ordinals = changes.filter(({ action }) => action !== 'keep').map(({ ordinal }) => ordinal);
  try {
    const up = await awaitMachines(run, launched.snapshot, new Set(ordinals), startedMs);
    const known = up.nodes.flatMap(({ machine }) => (machine === undefined ? [] : [machine]));
    return { ...up, snapshot: withMachines(launched.snapshot, known) };
  } finally {
    await labelling;
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
