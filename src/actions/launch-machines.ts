import { readdir, readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Profile } from '../config/profile.ts';
import { DeployerError, toDeployerError } from '../errors.ts';
import { isEnding, type MachineChange } from '../plan/machines.ts';
import { launchToken } from '../providers/launch-token.ts';
import { isNoCapacity } from '../providers/no-capacity.ts';
import type { ClusterRef, LaunchRequest, Machine, Network, Pool } from '../providers/provider.ts';
import type { ClusterSnapshot } from '../state/cluster-snapshot.ts';
import { ensureNetwork } from './ensure-network.ts';
import { givenHostKey, launchSecrets, pinGivenKey } from './given-host-keys.ts';
import { journalled, resume } from './journalled.ts';
import { type LaunchGroup, launchGroups, subnetIn } from './launch-pools.ts';
import { LaunchRequestSchema } from './launch-request-schema.ts';
import type { Place } from './open-place.ts';
import type { Run } from './run.ts';
import { withIncarnations, withMachines } from './with-machines.ts';

/** How long a machine may take to begin its end, in milliseconds. */
const endTimeoutMs = 120_000;

/**
 * Settles the launches that an earlier run began and whose outcome it did not live to see: the very same request is
 * sent again, which by its token gives the machines that exist or launches them now.
 */
export async function settleOpenLaunches(run: Run<Place>): Promise<void> {
  for (const entry of run.journal.openEntries()) {
    const { kind, request } = entry.effect;
    await resume(run, entry, async () => {
      // Everything else that is journalled may simply be done again, and will be if it is still wanted.
      if (kind === 'launch') await settleLaunch(run, LaunchRequestSchema.parse(request));
    }).catch((error: unknown) => tellRefused(run, error));
  }
}

/** What is there is not asked for again: its image, or the right to launch it, may be gone by now. */
async function settleLaunch(run: Run<Place>, request: LaunchRequest): Promise<void> {
  const { provider, state } = run.cluster;
  const { cluster, ordinals, incarnation } = request;
  const found = (await provider.describe(cluster.uid)).filter(
    (machine) => machine.incarnation === incarnation && ordinals.includes(machine.ordinal),
  );
  if (found.length < ordinals.length) await launchAndPin(run, request);
  else await pinGivenKey(state, request, found);
}

/** A launch that the cloud refuses now has never happened, and never will; anything else is still open. */
function tellRefused({ context }: Run<Place>, error: unknown): void {
  const { message, retryable } = toDeployerError(error);
  if (retryable) throw error;
  const told = `a launch that was cut short cannot be completed: ${message}`;
  context.emit({ type: 'notice', level: 'warning', message: told });
}

/** What came of the launches. */
export interface Launched {
  readonly snapshot: ClusterSnapshot;
  /** They have no names of their own yet. */
  readonly machines: readonly Machine[];
}

/**
 * Ends the machines that are replaced, launches what the plan says, one call for all that are alike, and remembers which
 * machine became which node.
 * @throws {DeployerError} with the cloud's own code when no pool had room for a machine; what was launched stays
 */
export async function launchMachines(
  run: Run,
  snapshot: ClusterSnapshot,
  changes: readonly MachineChange[],
): Promise<Launched> {
  const toLaunch = changes.filter(({ action }) => action === 'launch' || action === 'replace');
  const cluster = { uid: snapshot.uid, name: snapshot.cluster };
  // Whose things they are is remembered before the first of them is made.
  let remembered = await run.save(withIncarnations(snapshot, toLaunch));
  await endReplaced(run, remembered.uid, toLaunch);
  const { network, wish } = await ensureNetwork(run, cluster);
  remembered = await run.save({ ...remembered, network: wish });
  const shared = {
    ...{ cluster, imageId: snapshot.image?.id ?? '', ...(await ensureKey(run, cluster)) },
    operatorKeys: await readOperatorKeys(homedir()),
    ...{ groupIds: network.groupIds, ...wishedOf(run.cluster.request.profile) },
  };
  const launched: Machine[] = [];
  for (const group of launchGroups(toLaunch, run.cluster.request.profile, network)) {
    for await (const machines of launchGroup(run, group, shared, network)) {
      remembered = await run.save(withMachines(remembered, machines));
      launched.push(...machines);
    }
  }
  return { snapshot: remembered, machines: launched };
}

/** What all launches of a cluster have in common. */
type Shared = Pick<LaunchRequest, 'cluster' | 'imageId' | 'operatorKeys' | 'groupIds'> &
  Awaited<ReturnType<typeof ensureKey>> &
  ReturnType<typeof wishedOf>;

function wishedOf({ network, rootDisk, disks, instanceProfile, protect }: Profile) {
  const all = [...(rootDisk === undefined ? [] : [{ device: null, ...rootDisk }]), ...disks];
  return {
    publicAddress: network.publicAddress ?? null,
    disks: all.map(({ device, gib, type = null, encrypted = null }) => ({
      ...{ device, gib, type, encrypted },
    })),
    ...{ instanceProfile: instanceProfile ?? null, protect },
  };
}

/** Launches a group from its pools, one after the other where there is no room, and gives what each call made. */
async function* launchGroup(
  run: Run,
  { incarnation, ordinals, pools }: LaunchGroup,
  shared: Shared,
  network: Network,
): AsyncGenerator<readonly Machine[]> {
  let left = ordinals;
  for (const [index, pool] of pools.entries()) {
    const isLast = index === pools.length - 1;
    const words = `${shared.imageId} ${pool.instanceType} ${pool.zone ?? ''} ${pool.market}`;
    const token = launchToken({
      uid: shared.cluster.uid,
      ordinals: left,
      incarnation,
      pool: words,
    });
    const subnetId = subnetIn(network, pool.zone);
    const { state, request: wish } = run.cluster;
    const isGiven = wish.profile.hostKeys === 'inject';
    const request: LaunchRequest = {
      ...{ ...shared, token, incarnation, ordinals: left, pool, subnetId, atLeastOne: !isLast },
      hostKey: isGiven ? await givenHostKey(state, token) : null,
    };
    try {
      const machines = await launchOnce(run, request);
      yield machines;
      const taken = new Set(machines.map(({ ordinal }) => ordinal));
      left = left.filter((ordinal) => !taken.has(ordinal));
    } catch (error) {
      if (isLast || !isNoCapacity(error)) throw error;
    }
    if (left.length === 0) return;
    tellNextPool(run, left.length, pool, pools[index + 1]);
  }
}

function launchOnce(run: Run, request: LaunchRequest): Promise<readonly Machine[]> {
  return journalled(run, { kind: 'launch', token: request.token, request }, () =>
    launchAndPin(run, request),
  );
}

/** By which keys new machines are to be known is remembered before the launch counts as ended. */
async function launchAndPin(
  { cluster: { provider, state } }: Run<Place>,
  request: LaunchRequest,
): Promise<readonly Machine[]> {
  const machines = await provider.launch(request, await launchSecrets(state, request));
  await pinGivenKey(state, request, machines);
  return machines;
}

function tellNextPool({ context }: Run, missing: number, full: Pool, next: Pool | undefined): void {
  if (next === undefined) return;
  const message = `no room for ${missing} more ${poolText(full)}: trying ${poolText(next)}`;
  context.emit({ type: 'notice', level: 'warning', message });
}

function poolText({ instanceType, zone, market }: Pool): string {
  return [instanceType, ...(zone === null ? [] : [`in ${zone}`]), `(${market})`].join(' ');
}

/**
 * Two machines with the same ordinal must never serve side by side: those before the new one are ended first, also ones
 * that nobody remembers.
 * @throws {DeployerError} `not-ended` when one of them goes on running
 */
async function endReplaced(
  { cluster: { provider, state }, journal, id, context }: Run,
  uid: string,
  changes: readonly MachineChange[],
): Promise<void> {
  const { clock, signal } = context;
  const living = async () => {
    const machines = await provider.describe(uid);
    return machines.filter(
      (machine) =>
        !isEnding(machine) &&
        changes.some(
          ({ ordinal, incarnation }) =>
            ordinal === machine.ordinal && incarnation > machine.incarnation,
        ),
    );
  };
  let left = await living();
  if (left.length === 0) return;
  const ids = left.map((machine) => machine.id);
  const effect = { kind: 'terminate', token: id, request: ids } as const;
  const silent = await journalled({ journal }, effect, () => silenceOf(provider.terminate(ids)));
  if (silent !== null) return tellSilent(silent, context);
  const deadline = clock.monotonicMs() + endTimeoutMs;
  while (left.length > 0) {
    if (clock.monotonicMs() > deadline) throw notEnded(left);
    await clock.sleep(provider.pollMs, signal);
    left = await living();
  }
  for (const gone of ids) await state.hostKeys.forget(gone);
}

/** A machine that does not answer can be replaced, but not left. */
async function silenceOf(ending: Promise<void>): Promise<DeployerError | null> {
  try {
    await ending;
    return null;
  } catch (error) {
    if (error instanceof DeployerError && error.code === 'host-silent') return error;
    throw error;
  }
}

function tellSilent({ message }: DeployerError, { emit }: Run['context']): void {
  emit({
    type: 'notice',
    level: 'warning',
    message: `${message}, and is replaced all the same`,
    hint: 'Keep it off the network until then: once it answers again, the next create stops what still runs on it.',
  });
}

function notEnded(machines: readonly Machine[]): DeployerError {
  const ids = machines.map(({ id, state }) => `${id} (${state})`).join(', ');
  return new DeployerError('not-ended', `the cloud does not end ${ids}, which is to be replaced`, {
    hint: 'End it with the tools of the cloud, then run the same command again.',
  });
}

/** Names the machines for people; no truth depends on it, so its failure is told and nothing more. */
export async function labelMachines(
  { cluster: { provider }, context }: Run,
  cluster: ClusterRef,
  machines: readonly Machine[],
): Promise<void> {
  await provider.label(cluster, machines).catch((error: unknown) => {
    const message = `the machines could not be named: ${toDeployerError(error).message}`;
    context.emit({ type: 'notice', level: 'warning', message });
  });
}

/** Makes the cloud know the cluster's key; it travels with the machines as well, since not every cloud hands it on. */
async function ensureKey(run: Run, cluster: ClusterRef) {
  const { publicKey } = await run.cluster.state.secrets.clusterKey();
  const keyName = `deployer-${cluster.name}-${cluster.uid.slice(0, 8)}`;
  await journalled(run, { kind: 'import-key', token: keyName, request: { publicKey } }, () =>
    run.cluster.provider.importKey(cluster, keyName, publicKey),
  );
  return { keyName, loginKey: publicKey };
}

/** The operator's own public keys, so that a lost state folder still leaves a way in. */
async function readOperatorKeys(home: string): Promise<readonly string[]> {
  const folder = join(home, '.ssh');
  const names = await readdir(folder).catch(() => []);
  const texts = names
    .filter((name) => /^id_.*\.pub$/.test(name))
    .map((name) => readFile(join(folder, name), 'utf8').catch(() => ''));
  return (await Promise.all(texts)).map((text) => text.trim()).filter((text) => text !== '');
}
