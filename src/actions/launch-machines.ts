import { readdir, readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { DeployerError, toDeployerError } from '../errors.ts';
import { isEnding, type MachineChange } from '../plan/machines.ts';
import { launchToken } from '../providers/launch-token.ts';
import type { ClusterRef, LaunchRequest, Machine } from '../providers/provider.ts';
import type { ClusterSnapshot } from '../state/cluster-snapshot.ts';
import { journalled, resume } from './journalled.ts';
import type { Place } from './open-place.ts';
import type { Run } from './run.ts';
import { withIncarnations, withMachines } from './with-machines.ts';

/** How long a machine may take to begin its end, in milliseconds. */
const endTimeoutMs = 120_000;

const LaunchRequestSchema = z.object({
  cluster: z.object({ uid: z.string(), name: z.string() }),
  token: z.string(),
  incarnation: z.number(),
  ordinals: z.array(z.number()),
  imageId: z.string(),
  instanceType: z.string(),
  keyName: z.string(),
  operatorKeys: z.array(z.string()),
}) satisfies z.ZodType<LaunchRequest>;

/**
 * Settles the launches that an earlier run began and whose outcome it did not live to see: the very same request is
 * sent again, which by its token gives the machines that exist or launches them now.
 */
export async function settleOpenLaunches(run: Run<Place>): Promise<void> {
  for (const entry of run.journal.openEntries()) {
    const { kind, request } = entry.effect;
    await resume(run, entry, async () => {
      // Everything else that is journalled may simply be done again, and will be if it is still wanted.
      if (kind === 'launch') await run.cluster.provider.launch(LaunchRequestSchema.parse(request));
    }).catch((error: unknown) => tellRefused(run, error));
  }
}

/** A launch that the cloud refuses now has never happened, and never will; anything else is still open. */
function tellRefused({ context }: Run<Place>, error: unknown): void {
  const { message, retryable } = toDeployerError(error);
  if (retryable) throw error;
  const told = `a launch that was cut short cannot be completed: ${message}`;
  context.emit({ type: 'notice', level: 'warning', message: told });
}

/**
 * Ends the machines that are replaced, launches what the plan says, one call per incarnation, and remembers which machine
 * became which node.
 */
export async function launchMachines(
  run: Run,
  snapshot: ClusterSnapshot,
  changes: readonly MachineChange[],
  imageId: string,
): Promise<ClusterSnapshot> {
  const toLaunch = changes.filter(({ action }) => action === 'launch' || action === 'replace');
  const cluster = { uid: snapshot.uid, name: snapshot.cluster };
  // Whose things they are is remembered before the first of them is made.
  let remembered = await run.save(withIncarnations(snapshot, toLaunch));
  await endReplaced(run, remembered.uid, toLaunch);
  const keyName = await ensureKey(run, cluster);
  const operatorKeys = await readOperatorKeys(homedir());
  for (const [incarnation, ordinals] of byIncarnation(toLaunch)) {
    const { instanceType } = run.cluster.request.profile;
    const pool = `${imageId} ${instanceType}`;
    const token = launchToken({ uid: cluster.uid, ordinals, incarnation, pool });
    const request: LaunchRequest = {
      ...{ cluster, token, incarnation, ordinals, imageId, instanceType, keyName, operatorKeys },
    };
    const machines = await journalled(run, { kind: 'launch', token, request }, () =>
      run.cluster.provider.launch(request),
    );
    remembered = await run.save(withMachines(remembered, machines));
    await labelMachines(run, cluster, machines);
  }
  return remembered;
}

/**
 * Two machines with the same ordinal must never serve side by side: those before the new one are ended first, also ones
 * that nobody remembers.
 * @throws {DeployerError} `not-ended` when one of them goes on running
 */
async function endReplaced(
  { cluster: { provider }, journal, id, context }: Run,
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
  await journalled({ journal }, effect, () => provider.terminate(ids));
  const deadline = clock.monotonicMs() + endTimeoutMs;
  while (left.length > 0) {
    if (clock.monotonicMs() > deadline) throw notEnded(left);
    await clock.sleep(provider.pollMs, signal);
    left = await living();
  }
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

async function ensureKey(run: Run, cluster: ClusterRef): Promise<string> {
  const { publicKey } = await run.cluster.state.secrets.clusterKey();
  const name = `deployer-${cluster.name}-${cluster.uid.slice(0, 8)}`;
  await journalled(run, { kind: 'import-key', token: name, request: { publicKey } }, () =>
    run.cluster.provider.importKey(cluster, name, publicKey),
  );
  return name;
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

function byIncarnation(changes: readonly MachineChange[]): ReadonlyMap<number, readonly number[]> {
  const groups = new Map<number, number[]>();
  for (const { incarnation, ordinal } of changes) {
    groups.set(incarnation, [...(groups.get(incarnation) ?? []), ordinal]);
  }
  return groups;
}
