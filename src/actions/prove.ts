import { askedNodes } from './ask-nodes.ts';
import type { ActionContext, RunRequest } from './context.ts';
import { lookAt } from './look-at.ts';
import { type Cluster, openCluster } from './open-cluster.ts';
import { type ProofResult, proveCluster } from './prove-cluster.ts';
import { withRun } from './run.ts';

/** Which cluster is to show that it works. */
export interface ProveRequest extends RunRequest {
  /** Whether it must show, too, that it survives the stop of a service: that is done under the cluster's lock. */
  readonly disruptive: boolean;
}

/** What the cluster showed. */
export interface ProveResult {
  readonly cluster: string;
  readonly ok: boolean;
  readonly ms: number;
  readonly proofs: readonly ProofResult[];
}

/**
 * Runs the recipe's `read` and `write` proofs on the cluster as it is, and its disruptive ones where they are wished.
 * @throws {DeployerError} `no-such-cluster` when there is none; `locked` when a disruptive one would disturb a run
 */
export async function prove(request: ProveRequest, context: ActionContext): Promise<ProveResult> {
  const open = () => openCluster(request, context);
  if (request.disruptive) {
    return withRun('prove', open, request, context, (run) => proveNow(run.cluster, true, context));
  }
  await using cluster = await open();
  // Awaited here: the cluster is closed as soon as this function returns.
  return await proveNow(cluster, false, context);
}

async function proveNow(
  cluster: Cluster,
  disruptive: boolean,
  context: ActionContext,
): Promise<ProveResult> {
  const startedMs = context.clock.monotonicMs();
  const { model, reached, failures } = await lookAt(cluster, context);
  for (const { node, error } of failures) {
    context.emit({ type: 'notice', level: 'warning', message: `${node}: ${error.message}` });
  }
  const proofs = await proveCluster(
    model,
    askedNodes(model, reached),
    {
      classes: ['read', 'write'],
      patient: true,
      disruptive,
    },
    context,
  );
  return {
    cluster: cluster.name,
    ok: proofs.every((proof) => proof.ok),
    ms: context.clock.monotonicMs() - startedMs,
    proofs,
  };
}
