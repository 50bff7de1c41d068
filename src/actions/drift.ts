import { type NodeFailure, toDeployerError } from '../errors.ts';
import { appliedWishes } from '../node/applied.ts';
import { pathsToShow } from '../plan/file-change.ts';
import { type MachineDrift, machineDrift } from '../plan/machine-drift.ts';
import { type DriftItem, nodeDrift } from '../plan/node-drift.ts';
import { type StepChange, stepChanges } from '../plan/plan.ts';
import type { ClusterSnapshot } from '../state/cluster-snapshot.ts';
import type { ActionContext, ClusterRequest } from './context.ts';
import { noSuchCluster, stateLost } from './existing.ts';
import { type Node, nodesOf } from './nodes.ts';
import { askOptions, observeOwn } from './observe-nodes.ts';
import { openPlace, type Place } from './open-place.ts';
import { type ReachedNode, reachNodes } from './reach-nodes.ts';
import { tellOfRun } from './tell-of-run.ts';
import { textsOnNodes } from './texts-on-nodes.ts';

/** How long a machine that once worked may take to answer, in milliseconds. */
const timeoutMs = 3_000;

/** Which cluster is compared with what was applied to it. */
export type DriftRequest = ClusterRequest;

/** What is no longer as it was left. */
export interface DriftResult {
  readonly cluster: string;
  /** Whether everything could be compared: each node was, or its machine is known not to run. */
  readonly ok: boolean;
  readonly drifted: boolean;
  readonly machines: readonly MachineDrift[];
  /** Every node that is remembered. */
  readonly nodes: readonly {
    readonly name: string;
    readonly ordinal: number;
    readonly items: readonly DriftItem[];
    /** Why what it has is not known; null where it is. */
    readonly unknown: string | null;
  }[];
}

/**
 * Compares a cluster with what was last applied to it, whatever its recipe says today; changes nothing and takes no lock.
 * @throws {DeployerError} `no-such-cluster` or `state-lost` when nothing is remembered
 */
export async function drift(request: DriftRequest, context: ActionContext): Promise<DriftResult> {
  await using place = await openPlace(request, context);
  const snapshot = place.snapshot ?? (await nothingRemembered(place));
  const described = await place.provider.describe(snapshot.uid);
  await tellOfRun(place, context);
  const nodes = nodesOf(place, snapshot, described);
  const compared = await compare(place, snapshot, nodes, context);
  const items = await itemsOf(compared, context);
  const machines = [
    ...machineDrift(place.name, snapshot.nodes, described),
    ...compared.unfinished.map(({ ordinal, name }) => ({ ordinal, name, detail: neverFinished })),
  ].toSorted((left, right) => left.ordinal - right.ordinal);
  const found = nodes.map((node) => {
    const { name, ordinal } = node;
    return { name, ordinal, items: items.get(ordinal) ?? [], unknown: whyUnknown(node, compared) };
  });
  return {
    cluster: place.name,
    ok: nodes.every((node) => !isRunning(node) || whyUnknown(node, compared) === null),
    drifted: machines.length > 0 || found.some((node) => node.items.length > 0),
    machines,
    nodes: found,
  };
}

/** What does not run has drifted, and need not be asked. */
function isRunning({ machine }: Node): boolean {
  return machine?.state === 'running';
}

function whyUnknown(node: Node, { failures }: Compared): string | null {
  const failure = failures.find((each) => each.node === node.name);
  if (failure !== undefined) return failure.error.message;
  return isRunning(node) ? null : `its machine is ${node.machine?.state ?? 'absent'}`;
}

/** By ordinal: what differs on each node that could be compared, with the texts of its files. */
async function itemsOf(
  { changes }: Compared,
  context: ActionContext,
): Promise<ReadonlyMap<number, readonly DriftItem[]>> {
  const entries = [...changes];
  const paths = entries.map(([{ ordinal }, own]) => {
    return [ordinal, pathsToShow(own.map(({ step }) => step))] as const;
  });
  const reached = entries.map(([node]) => node);
  const texts = await textsOnNodes(reached, new Map(paths), context);
  return new Map(
    entries.map(([{ ordinal }, own]) => {
      return [ordinal, nodeDrift(own, texts.get(ordinal) ?? new Map())] as const;
    }),
  );
}

const neverFinished = 'it keeps no record of anything that was applied to the end';

/** @throws {DeployerError} always */
async function nothingRemembered(place: Place): Promise<never> {
  const uids = await place.provider.discover(place.name);
  throw uids.length > 0 ? stateLost(place) : noSuchCluster(place.name);
}

/** What the nodes that run say of themselves. */
interface Compared {
  readonly changes: ReadonlyMap<ReachedNode, readonly StepChange[]>;
  readonly failures: readonly NodeFailure[];
  /** Nodes without a record of what was applied. */
  readonly unfinished: readonly ReachedNode[];
}

async function compare(
  place: Place,
  { uid }: ClusterSnapshot,
  nodes: readonly Node[],
  context: ActionContext,
): Promise<Compared> {
  const running = nodes.filter(isRunning);
  const reach = await reachNodes(place, running, { timeoutMs, pins: false }, context);
  const changes = new Map<ReachedNode, readonly StepChange[]>();
  const unfinished: ReachedNode[] = [];
  const failures: NodeFailure[] = [...reach.failures];
  const compareOne = async (node: ReachedNode) => {
    try {
      const own = await changesOn(node, uid, context);
      if (own === null) unfinished.push(node);
      else changes.set(node, own);
    } catch (error) {
      failures.push({ node: node.name, error: toDeployerError(error) });
    }
  };
  await Promise.all(reach.reached.map(compareOne));
  context.signal.throwIfAborted();
  return { changes, failures, unfinished };
}

/** What differs from what was applied to the node; null when it has no record of that. */
async function changesOn(
  node: ReachedNode,
  uid: string,
  context: ActionContext,
): Promise<readonly StepChange[] | null> {
  const options = askOptions(node, context);
  const wishes = await appliedWishes(node.remote, options);
  if (wishes === null) return null;
  const { answers } = await observeOwn(node, uid, { wishes }, options);
  return stepChanges(wishes, answers);
}
