import type { AskOptions } from '../node/ask.ts';
import type { NodeConnection } from '../node/connection.ts';
import type { Deliverable } from './content.ts';
import { type DeliveryReport, reportDeliveries } from './delivery-report.ts';
import { describeProgress } from './describe-progress.ts';
import { fetchOnNode } from './node-fetch.ts';
import { sendFiles } from './send-files.ts';

/** How a delivery goes about. */
export interface DeliverOptions extends AskOptions {
  /** Whether nodes fetch by themselves what has a URL. */
  readonly byNodes?: boolean;
  /** Hears in a few words how far it is, like `cassandra 34 of 66 MB`. */
  onProgress(text: string): void;
}

/**
 * Brings to the node what it lacks of the artifacts, so that their steps can be applied. A node that has all of them
 * costs one exchange. A cut connection goes on with what is missing, and so does a later call.
 * @throws {DeployerError} `node-disk-full` before anything is sent, or when the disk became full: then what was sent is
 * removed again; `not-delivered`, `damaged-on-node`, `checksum-mismatch`, `not-fetched`, and what `content` throws;
 * otherwise as {@link reportDeliveries}
 */
export async function deliver(
  node: NodeConnection,
  artifacts: readonly Deliverable[],
  options: DeliverOptions,
): Promise<void> {
  const steps = artifacts.map(({ step }) => step);
  const reports = await reportDeliveries(node, steps, options);
  const lacking = artifacts.filter(({ step }) => reports.has(step.id));
  const byNode = options.byNodes === true ? lacking.filter(({ urls }) => urls.length > 0) : [];
  for (const artifact of byNode) {
    await letFetch(node, artifact, reports.get(artifact.step.id), options);
  }
  const sent = lacking.filter((artifact) => !byNode.includes(artifact));
  if (sent.length > 0) await sendFiles(node, sent, reports, options);
}

async function letFetch(
  node: NodeConnection,
  { step, urls }: Deliverable,
  report: DeliveryReport | undefined,
  options: DeliverOptions,
): Promise<void> {
  const { id, name } = step;
  for (const { digest } of step.files) {
    if (report?.verified.has(digest) === true) continue;
    const tell = describeProgress(name, options.onProgress);
    const onBytes = (bytes: number) => tell(bytes, undefined);
    await fetchOnNode(node, { id, digest, name, urls }, { ...options, onBytes });
  }
}
