import { toDeployerError } from '../errors.ts';
import type { ServiceState } from '../node/service-states.ts';
import { serviceStates } from '../node/service-states.ts';
import { clusterScope } from '../plan/model.ts';
import { resolveOutputs } from '../recipe/resolve.ts';
import type { ActionContext, ClusterRequest } from './context.ts';
import { type Look, lookAt } from './look-at.ts';
import { openCluster } from './open-cluster.ts';
import { type ProofResult, proveCluster } from './prove-cluster.ts';
import { needsSudo, type ReachedNode } from './reach-nodes.ts';
import { askedNodes } from './survey.ts';

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
  readonly services: readonly { readonly name: string; readonly active: string }[];
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
  const sudo = needsSudo(cluster);
  const [states, proofs] = await Promise.all([
    servicesOf(look, sudo, context),
    proveCluster(look.model, askedNodes(look.model, look.reached), new Set(['read']), context),
  ]);
  const nodes = look.model.nodes.map((_, index) => nodeStatus(look, index, states));
  return {
    cluster: cluster.name,
    recipe: cluster.request.recipe.name,
    profile: cluster.request.profileName,
    ok: nodes.every((node) => node.healthy) && proofs.every((proof) => proof.ok),
    nodes,
    proofs,
    outputs: resolveOutputs(look.model.recipe, clusterScope(look.model)),
  };
}

/** What each node said of its services, or why it said nothing. */
type Services = ReadonlyMap<number, readonly ServiceState[] | string>;

async function servicesOf(look: Look, sudo: boolean, context: ActionContext): Promise<Services> {
  const names = look.model.recipe.phases.flatMap(({ service }) => service?.name ?? []);
  const ask = async (node: ReachedNode): Promise<[number, readonly ServiceState[] | string]> => {
    const { clock, signal } = context;
    try {
      const states = await serviceStates(node.remote, names, { clock, signal, sudo });
      return [node.ordinal, states];
    } catch (error) {
      return [node.ordinal, toDeployerError(error).message];
    }
  };
  return new Map(await Promise.all(look.reached.map(ask)));
}

function nodeStatus(look: Look, index: number, services: Services): NodeStatus {
  const scope = look.model.nodes[index];
  const machine = look.nodes[index]?.machine;
  const ordinal = scope?.ordinal ?? index + 1;
  const states = services.get(ordinal);
  const known = typeof states === 'object' ? states : [];
  const down = known.filter(({ active }) => active !== 'active');
  const name = scope?.name ?? '';
  const failure = look.failures.find(({ node }) => node === name)?.error.message;
  const problems = [
    ...(machine?.state === 'running' ? [] : [`its machine is ${machine?.state ?? 'absent'}`]),
    ...(failure === undefined ? [] : [failure]),
    ...(typeof states === 'string' ? [states] : []),
    ...down.map(({ name: service, active }) => `${service} is ${active}`),
  ];
  return {
    name,
    ordinal,
    roles: scope?.roles ?? [],
    instanceId: machine?.id ?? null,
    address: machine?.address ?? null,
    publicAddress: machine?.publicAddress ?? null,
    state: machine?.state ?? 'absent',
    healthy: problems.length === 0,
    services: known.map(({ name: service, active }) => ({ name: service, active })),
    detail: problems.join('; '),
  };
}
