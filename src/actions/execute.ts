import type { ActionContext, ClusterRequest } from './context.ts';
import { openCluster } from './open-cluster.ts';
import { runOnNodes } from './run-on-nodes.ts';

/** What to run, and where. */
export interface ExecuteRequest extends ClusterRequest {
  readonly command: string;
  /** Ordinals or names; all nodes when empty. */
  readonly nodes: readonly string[];
}

/** How the command ended on every node. */
export interface ExecuteResult {
  readonly cluster: string;
  /** It ended with 0 everywhere. */
  readonly ok: boolean;
  readonly nodes: readonly {
    readonly node: string;
    readonly code: number | null;
    readonly signal: string | null;
    readonly stdout: string;
    readonly stderr: string;
  }[];
}

/**
 * Runs a command as the profile's user on the cluster's nodes, all at once; any exit code is a result.
 * @throws {NodesFailed} when it did not come to its end on some node
 */
export async function execute(
  request: ExecuteRequest,
  context: ActionContext,
): Promise<ExecuteResult> {
  await using cluster = await openCluster(request, context);
  const runs = await runOnNodes(cluster, request.nodes, request.command, context);
  const nodes = runs.map(({ node, result: { code, signal, stdout, stderr } }) => ({
    ...{ node, code, signal },
    stdout: stdout.toString('utf8'),
    stderr: stderr.toString('utf8'),
  }));
  return { cluster: cluster.name, ok: nodes.every(({ code }) => code === 0), nodes };
}
