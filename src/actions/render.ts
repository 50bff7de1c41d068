import type { Step } from '../node/step-kinds.ts';
import { wishedFile } from '../plan/file-change.ts';
import { nodeName } from '../plan/model.ts';
import { nodeWishes } from '../plan/wishes.ts';
import type { Machine } from '../providers/provider.ts';
import type { ClusterSnapshot } from '../state/cluster-snapshot.ts';
import type { ActionContext, WishRequest } from './context.ts';
import { machineFigures } from './machine-figures.ts';
import { modelOf, nodesOf } from './nodes.ts';
import { type Cluster, openCluster } from './open-cluster.ts';
import { knownSecrets } from './recipe-secrets.ts';
import { selectNodes } from './select-nodes.ts';
import { settleArtifacts } from './settle-artifacts.ts';
import { newSnapshot } from './wished-snapshot.ts';

/** What to render, and for which nodes. */
export interface RenderRequest extends WishRequest {
  /** Ordinals, names or `role=ROLE`; all nodes when empty. */
  readonly nodes: readonly string[];
}

/** One file as a node would get it. */
export interface RenderedFile {
  readonly node: string;
  readonly path: string;
  readonly mode: string;
  /** Null for a file with secrets. */
  readonly content: string | null;
}

/** Every file of the nodes. */
export interface RenderResult {
  readonly cluster: string;
  readonly files: readonly RenderedFile[];
}

/**
 * Every file and unit that the nodes would get. For a cluster that does not exist addresses are 192.0.2.x, which
 * belong to nobody (RFC 5737).
 */
export async function render(
  request: RenderRequest,
  context: ActionContext,
): Promise<RenderResult> {
  await using cluster = await openCluster(request, context);
  const { provider } = cluster;
  const figures = await machineFigures(cluster);
  const snapshot = cluster.snapshot ?? newSnapshot(cluster, context.clock.now());
  const machines =
    cluster.snapshot === null
      ? sampleMachines(cluster, snapshot)
      : await provider.describe(snapshot.uid);
  const { steps: artifacts } = await settleArtifacts(cluster, false, context);
  const known = { figures, artifacts, secrets: await knownSecrets(cluster, snapshot) };
  const model = modelOf(cluster, snapshot, nodesOf(cluster, snapshot, machines), known);
  const ordinals = selectNodes(model.nodes, request.nodes);
  const files = model.nodes
    .filter(({ ordinal }) => ordinals.has(ordinal))
    .flatMap((node) =>
      nodeWishes(model, node).flatMap(({ step }) => renderedFile(node.name, step)),
    );
  return { cluster: cluster.name, files };
}

function sampleMachines(cluster: Cluster, { nodes }: ClusterSnapshot): readonly Machine[] {
  return nodes.map(({ ordinal }) => ({
    id: nodeName(cluster.name, ordinal),
    ordinal,
    incarnation: 1,
    state: 'running',
    address: `192.0.2.${ordinal}`,
    publicAddress: `192.0.2.${ordinal}`,
    zone: 'zone-a',
    instanceType: cluster.request.profile.instanceTypes[0] ?? '',
    isLabelled: true,
  }));
}

function renderedFile(node: string, step: Step): readonly RenderedFile[] {
  const file = wishedFile(step);
  if (file === null) return [];
  const { path, mode, content, secret } = file;
  return [{ node, path, mode, content: secret ? null : content }];
}
