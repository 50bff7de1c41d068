import { type ClusterModel, clusterScope, hasPlaceholder } from '../plan/model.ts';
import { resolveOutputs } from '../recipe/resolve.ts';
import type { NodeScope } from '../recipe/scope.ts';
import { askedNodes } from './ask-nodes.ts';
import type { ActionContext, ClusterRequest } from './context.ts';
import { type Look, lookAt } from './look-at.ts';
import { type Cluster, openCluster } from './open-cluster.ts';
import { type ProofResult, proveCluster } from './prove-cluster.ts';
import { needsSudo } from './reach-nodes.ts';
import { type ServiceStatus, serviceStatus } from './service-status.ts';

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
  readonly proofs: readonly ProofResult[];
  readonly outputs: Readonly<Record<string, string>>;
}

/**
 * Looks at every node and runs the `read` proofs; changes nothing and takes no lock.
 * @throws {DeployerError} `no-such-cluster` when there is none
 */
export async function status(
  request: StatusRequest,
  context: ActionContext,
): Promise<StatusResult> {
  await using cluster = await openCluster(request, context);
  const look = await lookAt(cluster, context);
  await tellOfRun(cluster, context);
  const { model } = look;
  const sudo = needsSudo(cluster);
  const services = look.reached.map(async (node) => {
    const known = await serviceStatus(model, node, sudo, context);
    return [node.ordinal, known] as const;
  });
  const proofs = await proveCluster(
    model,
    askedNodes(model, look.reached),
    { classes: ['read'], patient: false },
    context,
  );
  const known = new Map<number, Services>(await Promise.all(services));
  const nodes = model.nodes.map((scope) => nodeStatus(look, scope, known.get(scope.ordinal)));
  return {
    cluster: cluster.name,
    recipe: cluster.request.recipe.name,
    profile: cluster.request.profileName,
    ok: nodes.every((node) => node.healthy) && proofs.every((proof) => proof.ok),
    nodes,
    proofs,
    outputs: knownOutputs(model),
  };
}

/** The outputs, without those that name a machine that is not there. */
function knownOutputs(model: ClusterModel): Readonly<Record<string, string>> {
  const outputs = Object.entries(resolveOutputs(model.recipe, clusterScope(model)));
  return Object.fromEntries(outputs.filter(([, text]) => !hasPlaceholder(text)));
}

/** A node's services, or in words why it does not tell them; undefined when it could not be asked. */
type Services = readonly ServiceStatus[] | string | undefined;

function nodeStatus(look: Look, scope: NodeScope, services: Services): NodeStatus {
  const { name, ordinal, roles } = scope;
  const machine = look.nodes.find((node) => node.ordinal === ordinal)?.machine;
  const known = typeof services === 'object' ? services : [];
  const failure = look.failures.find(({ node }) => node === name)?.error.message;
  const problems = [
    ...(failure === undefined ? [] : [failure]),
    ...(typeof services === 'string' ? [services] : []),
    ...known
      .filter(({ active }) => active !== 'active')
      .map((each) => `${each.name} is ${each.active}`),
  ];
  return {
    ...{ name, ordinal, roles },
    instanceId: machine?.id ?? null,
    address: machine?.address ?? null,
    publicAddress: machine?.publicAddress ?? null,
    state: machine?.state ?? 'absent',
    healthy: problems.length === 0,
    services: known,
    detail: problems.join('; '),
  };
}

/** What is seen in the middle of a run is not how the cluster will be. */
async function tellOfRun({ name, state }: Cluster, { emit }: ActionContext): Promise<void> {
  const holder = await state.lockHolder();
  if (holder === null) return;
  const { operation, who, since } = holder;
  const message = `${operation} of ${name} by ${who} is under way since ${since}`;
  emit({ type: 'notice', level: 'info', message });
}
