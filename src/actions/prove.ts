import { askedNodes } from './ask-nodes.ts';
import type { ActionContext, ClusterRequest } from './context.ts';
import { lookAt } from './look-at.ts';
import { openCluster } from './open-cluster.ts';
import { type ProofResult, proveCluster } from './prove-cluster.ts';

/** Which cluster is to show that it works. */
export type ProveRequest = ClusterRequest;

/** What the cluster showed. */
export interface ProveResult {
  readonly cluster: string;
  readonly ok: boolean;
  readonly ms: number;
  readonly proofs: readonly ProofResult[];
}

/**
 * Runs the recipe's `read` and `write` proofs on the cluster as it is.
 * @throws {DeployerError} `no-such-cluster` when there is none
 */
export async function prove(request: ProveRequest, context: ActionContext): Promise<ProveResult> {
  const startedMs = context.clock.monotonicMs();
  await using cluster = await openCluster(request, context);
  const { model, reached, failures } = await lookAt(cluster, context);
  for (const { node, error } of failures) {
    context.emit({ type: 'notice', level: 'warning', message: `${node}: ${error.message}` });
  }
  const proofs = await proveCluster(
    model,
    askedNodes(model, reached),
    { classes: ['read', 'write'], patient: true },
    context,
  );
  return {
    cluster: cluster.name,
    ok: proofs.every((proof) => proof.ok),
    ms: context.clock.monotonicMs() - startedMs,
    proofs,
  };
}
