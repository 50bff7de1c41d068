import { ConnectionLost } from '../errors.ts';
import { type AskOptions, ask } from '../node/ask.ts';
import type { NodeConnection } from '../node/connection.ts';
import { createPatience, type Patience } from '../node/patience.ts';
import { questionScript } from '../node/script.ts';
import type { ArtifactStep } from '../node/steps/artifact.ts';
import { type Chunk, createTransfer, missingChunks, type WantedFile } from './chunks.ts';
import type { ArtifactContent, Deliverable } from './content.ts';
import type { DeliverOptions } from './deliver.ts';
import { damagedOnNode } from './delivery-errors.ts';
import { type DeliveryReport, reportDeliveries } from './delivery-report.ts';
import { describeProgress } from './describe-progress.ts';
import { ensureRoom } from './ensure-room.ts';
import { putChunks } from './put-chunks.ts';
import { waitForAll } from './wait-for-all.ts';

/** sshd allows ten sessions a connection, and we keep eight at most; one moves 2 MiB a round trip. */
const channels = 4;

/**
 * Sends what the node lacks of the artifacts, over several channels at once; `first` is what it said of them.
 * @throws {DeployerError} as `deliver`
 */
export async function sendFiles(
  node: NodeConnection,
  artifacts: readonly Deliverable[],
  first: ReadonlyMap<string, DeliveryReport>,
  options: DeliverOptions,
): Promise<void> {
  const contents = await waitForAll(artifacts.map(({ content }) => content()));
  const paths = new Map(contents.flatMap(({ files }) => files).map((file) => [file.digest, file]));
  const pathOf = (digest: string) => paths.get(digest)?.path ?? '';
  const steps = artifacts.map(({ step }) => step);
  const patience = createPatience(options.clock, options.signal);
  let reports = first;
  let isSecond = false;
  ensureRoom(node.node, { steps, contents, reports });
  for (;;) {
    const wanted = wantedFiles(steps, contents, reports);
    if (wanted.length === 0) return;
    const missing = missingChunks(
      wanted,
      [...reports.values()].flatMap(({ have }) => have),
    );
    try {
      await sendChunks(node, { steps, wanted, missing, pathOf }, patience, options);
      const bad = await settle(node, wanted, options);
      if (bad.length === 0) return;
      if (isSecond) throw damagedOnNode(node.node, bad);
      isSecond = true;
    } catch (error) {
      await patience.pause(error);
    }
    reports = await reportDeliveries(node, steps, options);
  }
}

/** The files of the artifacts that are not whole on the node. */
function wantedFiles(
  steps: readonly ArtifactStep[],
  contents: readonly ArtifactContent[],
  reports: ReadonlyMap<string, DeliveryReport>,
): readonly WantedFile[] {
  return steps.flatMap(({ id }, index) => {
    const report = reports.get(id);
    if (report === undefined) return [];
    const files = contents[index]?.files ?? [];
    return files
      .filter(({ digest }) => !report.verified.has(digest))
      .map(({ digest, size }) => ({ id, digest, size }));
  });
}

interface Sending {
  readonly steps: readonly ArtifactStep[];
  readonly wanted: readonly WantedFile[];
  readonly missing: readonly Chunk[];
  pathOf(digest: string): string;
}

/** Returns when all parts are on the node's disk. What stands in the way is thrown once every channel has ended. */
async function sendChunks(
  node: NodeConnection,
  { steps, wanted, missing, pathOf }: Sending,
  patience: Patience,
  options: DeliverOptions,
): Promise<void> {
  const progress = new Map(
    steps.map((step) => [step.id, progressOf(step, wanted, missing, options)]),
  );
  const transfer = createTransfer(missing, ({ id, length }) => {
    progress.get(id)?.(length);
    patience.renew();
  });
  const failed = new AbortController();
  const signal = AbortSignal.any([failed.signal, options.signal ?? failed.signal]);
  const put = () => putChunks(node, transfer, { pathOf, signal });
  const count = Math.min(channels, missing.length);
  await Promise.all(
    Array.from({ length: count }, () => put().catch((error: unknown) => failed.abort(error))),
  );
  options.signal?.throwIfAborted();
  if (failed.signal.aborted) {
    const { reason } = failed.signal;
    if (reason?.code === 'node-disk-full') await discard(node, steps, options);
    throw reason;
  }
  if (!transfer.isDone) throw new ConnectionLost(`${node.node}: not all parts arrived`, true);
}

/** Takes how many bytes more have arrived of one artifact. */
function progressOf(
  { id, name }: ArtifactStep,
  wanted: readonly WantedFile[],
  missing: readonly Chunk[],
  { onProgress }: DeliverOptions,
): (more: number) => void {
  const own = (each: { readonly id: string }) => each.id === id;
  const total = wanted.filter(own).reduce((sum, { size }) => sum + size, 0);
  const left = missing.filter(own).reduce((sum, { length }) => sum + length, 0);
  const tell = describeProgress(name, onProgress);
  let reached = total - left;
  return (more) => {
    reached += more;
    tell(reached, total);
  };
}

/** The digests of those files that are not what was sent; nothing of them is left on the node. */
async function settle(
  node: NodeConnection,
  files: readonly WantedFile[],
  options: AskOptions,
): Promise<readonly string[]> {
  const bad: string[] = [];
  for (const id of new Set(files.map((file) => file.id))) {
    const digests = files.filter((file) => file.id === id).map(({ digest }) => digest);
    const frames = await ask(node, questionScript(['settle_delivery', id, ...digests]), options);
    const text = frames.find((frame) => frame.type === 'text')?.text ?? '';
    bad.push(...text.split('\n').filter((line) => line !== ''));
  }
  return bad;
}

/** A full disk must not stay full because of us. */
async function discard(
  node: NodeConnection,
  steps: readonly ArtifactStep[],
  options: AskOptions,
): Promise<void> {
  const script = questionScript(['discard_deliveries', ...steps.map(({ id }) => id)]);
  await ask(node, script, options);
}
