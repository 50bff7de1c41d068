import type { ActionContext, ClusterRequest } from './context.ts';
import { openCluster } from './open-cluster.ts';
import { runOnNodes } from './run-on-nodes.ts';

/** What to run, and where. */
export interface ExecuteRequest extends ClusterRequest {
  readonly command: string;
  /** Ordinals, names or `role=ROLE`; all nodes when empty. */
  readonly nodes: readonly string[];
}

/** How the command ended on one node; `error` says why it did not, in which case there is nothing else. */
export interface ExecutedNode {
  readonly node: string;
  readonly code: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly error: string | null;
}

/** How the command ended on every node. */
export interface ExecuteResult {
  readonly cluster: string;
  /** It ended with 0 everywhere. */
  readonly ok: boolean;
  readonly nodes: readonly ExecutedNode[];
}

/**
 * Runs a command as the profile's user on the cluster's nodes, all at once. Any exit code is a result, and so is a node
 * that could not be asked.
 */
export async function execute(
  request: ExecuteRequest,
  context: ActionContext,
): Promise<ExecuteResult> {
  await using cluster = await openCluster(request, context);
  const { runs, failures } = await runOnNodes(
    cluster,
    request.nodes,
    () => request.command,
    context,
  );
  const ended = runs.map(
    ({ node, result: { code, signal, stdout, stderr } }): ExecutedNode => ({
      ...{ node, code, signal, error: null },
      stdout: stdout.toString('utf8'),
      stderr: stderr.toString('utf8'),
    }),
  );
  const failed = failures.map(
    ({ node, error }): ExecutedNode => ({
      ...{ node, code: null, signal: null, stdout: '', stderr: '', error: error.message },
    }),
  );
  const ok = failed.length === 0 && ended.every(({ code }) => code === 0);
  return { cluster: cluster.name, ok, nodes: [...ended, ...failed] };
}
