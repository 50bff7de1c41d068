import { type ClusterModel, hasPlaceholder } from '../plan/model.ts';
import type { Machine } from '../providers/provider.ts';
import type { NodeScope } from '../recipe/scope.ts';
import { askedOnceReached, contactNodes } from './contact-nodes.ts';
import type { ActionContext, ClusterRequest } from './context.ts';
import { findNodes } from './look-at.ts';
import { type Cluster, openCluster } from './open-cluster.ts';
import { outputsOf } from './outputs.ts';
import { onceMs, type ProofResult, proveCluster } from './prove-cluster.ts';
import { type ServiceStatus, serviceStatus, servicesOf } from './service-status.ts';
import { type ServiceSummary, summarizeServices } from './service-summary.ts';
import { tellOfRun } from './tell-of-run.ts';

/** How long a node may take to be reached, in milliseconds: less than in all, so that the obstacle can still be named. */
const reachMs = 2_000;

/** Which cluster is looked at. */
export type StatusRequest = ClusterRequest;

/** One node as it is now. */
export interface NodeStatus {
  readonly name: string;
  readonly ordinal: number;
  readonly roles: readonly string[];
  readonly instanceId: string | null;
  readonly address: string | null;
  readonly publicAddress: string | null;
  /** The machine's state in the cloud's words, or `absent`. */
  readonly state: string;
  /** Whether the node answers and all its services run. */
  readonly healthy: boolean;
  readonly services: readonly ServiceStatus[];
  /** Why the node is not healthy, as far as it is known; empty when it is. */
  readonly detail: string;
}

/** A cluster as it is now. */
export interface StatusResult {
  readonly cluster: string;
  readonly recipe: string;
  readonly profile: string;
  /** Every node is healthy and every `read` proof holds. */
  readonly ok: boolean;
  readonly nodes: readonly NodeStatus[];
  /** In the order in which they are started. */
  readonly services: readonly ServiceSummary[];
  readonly proofs: readonly ProofResult[];
  readonly outputs: Readonly<Record<string, string>>;
}

/**
 * Looks at every node and runs the `read` proofs; changes nothing and takes no lock. All nodes are asked at once and
 * each has the same short time for everything, so that a dead one costs neither the others' answers nor patience.
 * @throws {DeployerError} `no-such-cluster` when there is none
 */
export async function status(
  request: StatusRequest,
  context: ActionContext,
): Promise<StatusResult> {
  await using cluster = await openCluster(request, context);
  const found = await findNodes(cluster, context);
  const { model } = found;
  await tellOfRun(cluster, context);
  tellOfUnfinished(cluster, context);
  const over = new AbortController();
  const contacting = { ...context, signal: AbortSignal.any([context.signal, over.signal]) };
  const contacts = contactNodes(cluster, found, reachMs, contacting);
  const asking = { ...context, withinMs: onceMs };
  const looks = contacts.map(async ({ scope, machine, reached }) => {
    const services = await serviceStatus(servicesOf(model, scope), reached, asking);
    return nodeStatus(scope, machine, services);
  });
  const asked = contacts.map(askedOnceReached);
  try {
    const [nodes, proofs] = await Promise.all([
      Promise.all(looks),
      proveCluster(model, asked, { classes: ['read'], patient: false }, context),
    ]);
    return statusOf(cluster, model, nodes, proofs);
  } finally {
    over.abort();
  }
}

/** What works may still not be what was asked for: a run that ended early has not brought it to all nodes. */
function tellOfUnfinished(
  { name, snapshot, commandFor }: Cluster,
  { emit }: Pick<ActionContext, 'emit'>,
): void {
  if (snapshot?.unfinished !== true) return;
  const message = `the last run on ${name} has not brought all nodes to what was asked for`;
  emit({
    type: 'notice',
    level: 'warning',
    message,
    hint: `Go on with it: ${commandFor('create')}`,
  });
}

function statusOf(
  cluster: Cluster,
  model: ClusterModel,
  nodes: readonly NodeStatus[],
  proofs: readonly ProofResult[],
): StatusResult {
  return {
    cluster: cluster.name,
    recipe: cluster.request.recipe.name,
    profile: cluster.request.profileName,
    ok: nodes.every((node) => node.healthy) && proofs.every((proof) => proof.ok),
    nodes,
    services: summarizeServices(model, nodes),
    proofs,
    outputs: knownOutputs(model),
  };
}

/** The outputs, without those that name a machine that is not there. */
function knownOutputs(model: ClusterModel): Readonly<Record<string, string>> {
  const outputs = Object.entries(outputsOf(model));
  return Object.fromEntries(outputs.filter(([, text]) => !hasPlaceholder(text)));
}

/** @param services the node's services, or in words why it does not tell them */
function nodeStatus(
  { name, ordinal, roles }: NodeScope,
  machine: Machine | undefined,
  services: readonly ServiceStatus[] | string,
): NodeStatus {
  const known = typeof services === 'string' ? [] : services;
  const notActive = known.filter(({ active }) => active !== 'active');
  const detail =
    typeof services === 'string'
      ? services
      : notActive.map((each) => `${each.name} is ${each.active}`).join('; ');
  return {
    ...{ name, ordinal, roles },
    instanceId: machine?.id ?? null,
    address: machine?.address ?? null,
    publicAddress: machine?.publicAddress ?? null,
    state: machine?.state ?? 'absent',
    healthy: detail === '',
    services: known,
    detail,
  };
}
